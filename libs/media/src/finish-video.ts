// The end of a render and of a join alike: pieces become one file with its sound, its provenance and a preview.
import {
  canonicalJson,
  CLIP_FPS,
  type ArtifactRef,
  type Provenance,
  type StageContext,
  type VideoJson,
} from '@portrait/contracts';
import { contactSheet } from './contact-sheet.js';
import type { Encoding } from './encodings.js';
import { encodeJpeg, type Image } from './image.js';
import { joinVideos, type VideoPiece } from './join-videos.js';
import { readFrames } from './read-frames.js';

export const VIDEO_ENCODINGS = { mp4: 'h264', mov: 'prores4444', webm: 'vp9-alpha' } as const satisfies Record<
  string,
  Encoding
>;
/** Ending of the file. */
export type VideoContainer = keyof typeof VIDEO_ENCODINGS;

const PREVIEW_TILES = 12;
const PREVIEW_COLUMNS = 4;
const PREVIEW_TILE_SIDE = 256;

export interface VideoRange {
  /** Frames of the whole video. */
  readonly total: number;
  /** Frames [first, end) of it that are in the file. */
  readonly first: number;
  readonly end: number;
  /** Where in the speech the sound of frame `first` begins, seconds. */
  readonly audioStart: number;
}

export interface FinishedPieces {
  pieces: readonly VideoPiece[];
  timeline: VideoRange;
  size: number;
  container: VideoContainer;
  transparent: boolean;
  provenance: Provenance;
  speech: ArtifactRef<'speech' | 'clip'>;
}

export async function finishVideo(ctx: StageContext, made: FinishedPieces): Promise<ArtifactRef<'video'>> {
  const { timeline, size, container, provenance, speech } = made;
  const draft = await ctx.artifacts.create('video');
  const file = `video.${container}` as const;
  await joinVideos(draft.path(file), made.pieces, {
    fps: CLIP_FPS,
    encoding: VIDEO_ENCODINGS[container],
    metadata: provenanceTags(provenance),
    signal: ctx.signal,
    audio: {
      path: await ctx.artifacts.path(speech, speech.kind === 'clip' ? 'audio.wav' : 'source'),
      filters: audioFilters(timeline.audioStart),
    },
  });
  const { total, first, end, audioStart } = timeline;
  const json: VideoJson = {
    file,
    size,
    fps: CLIP_FPS,
    frames: end - first,
    total,
    first,
    end,
    speechStartSeconds: audioStart,
    transparent: made.transparent,
    provenance,
  };
  await draft.writeJson('video.json', json);
  await ctx.preview('frames.jpg', await previewOfVideo(draft.path(file), timeline, size, ctx.signal));
  return draft.commit();
}

/**
 * The features count time from the first sample there is, so the sound does too; then the part that belongs to these
 * frames.
 */
function audioFilters(start: number): string[] {
  return ['asetpts=N/SR/TB', `atrim=start=${start.toFixed(2)}`, 'asetpts=N/SR/TB'];
}

/** Container tags. `comment` is what every tool shows; the other keys are for machines. */
function provenanceTags(provenance: Provenance): Record<string, string> {
  return {
    comment: `Synthetic video made by ${provenance.software}. ${canonicalJson(provenance)}`,
    synthetic: 'true',
    portrait: provenance.portrait,
    consent: provenance.consent ?? 'none',
    software: provenance.software,
  };
}

/** Frames read back from the finished file, so that what is shown is what was written. */
async function previewOfVideo(
  path: string,
  timeline: Pick<VideoRange, 'first' | 'end'>,
  size: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const frames = timeline.end - timeline.first;
  const step = Math.max(1, Math.ceil(frames / PREVIEW_TILES));
  const side = Math.min(PREVIEW_TILE_SIDE, size);
  const tiles: Image[] = [];
  for await (const data of readFrames(path, {
    pixelFormat: 'rgb24',
    width: side,
    height: side,
    filters: [`select='not(mod(n,${step}))'`],
    signal,
  })) {
    tiles.push({ width: side, height: side, channels: 3, data });
  }
  const captions = tiles.map((_, k) => `${((timeline.first + k * step) / CLIP_FPS).toFixed(2)} s`);
  return encodeJpeg(await contactSheet(tiles, { columns: Math.min(PREVIEW_COLUMNS, tiles.length), captions }));
}
