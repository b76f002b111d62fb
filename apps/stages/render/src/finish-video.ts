// The end of a render and of a join alike: pieces become one file with its sound, its provenance and a preview.
import { CLIP_FPS, type ArtifactRef, type StageContext } from '@portrait/contracts';
import { joinVideos, type Encoding, type VideoPiece } from '@portrait/media';
import { z } from 'zod';
import { previewOfVideo } from './preview.js';
import { provenanceSchema, provenanceTags } from './provenance.js';
import type { Timeline } from './timeline.js';

export const ENCODINGS = { mp4: 'h264', mov: 'prores4444', webm: 'vp9-alpha' } as const satisfies Record<
  string,
  Encoding
>;
export type Container = keyof typeof ENCODINGS;

/** video.json, beside the file. */
export const videoJsonSchema = z.object({
  file: z.enum(['video.mp4', 'video.mov', 'video.webm']),
  /** Side, px. */
  size: z.int().positive(),
  fps: z.literal(CLIP_FPS),
  frames: z.int().positive(),
  /** Of a video of `total` frames these are [first, end). */
  total: z.int().positive(),
  first: z.int().min(0),
  end: z.int().positive(),
  /** Where in the speech the sound of frame `first` begins. */
  speechStartSeconds: z.number(),
  transparent: z.boolean(),
  provenance: provenanceSchema,
});
export type VideoJson = z.infer<typeof videoJsonSchema>;

export interface FinishedPieces {
  pieces: readonly VideoPiece[];
  timeline: Pick<Timeline, 'total' | 'first' | 'end' | 'audioStart'>;
  size: number;
  container: Container;
  transparent: boolean;
  provenance: VideoJson['provenance'];
  speech: ArtifactRef<'speech'> | ArtifactRef<'clip'>;
}

export async function finishVideo(ctx: StageContext, made: FinishedPieces): Promise<ArtifactRef<'video'>> {
  const { timeline, size, container, provenance, speech } = made;
  const draft = await ctx.artifacts.create('video');
  const file = `video.${container}` as const;
  await joinVideos(draft.path(file), made.pieces, {
    fps: CLIP_FPS,
    encoding: ENCODINGS[container],
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

/** The features count time from the first sample there is, so the sound does too; then the part that belongs to these frames. */
function audioFilters(start: number): string[] {
  return ['asetpts=N/SR/TB', `atrim=start=${start.toFixed(2)}`, 'asetpts=N/SR/TB'];
}
