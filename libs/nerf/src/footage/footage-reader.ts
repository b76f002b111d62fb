// Recorded frames with their torso layer and labels, in the order a video asks for them: mostly forwards, at times back
// to where a loop begins, with ping-pong backwards. Streams stay open where reading goes on, and the next frame is read
// ahead.
import { PortraitError, type ArtifactReaderWriter, type ArtifactRef, type ClipJson } from '@portrait/contracts';
import { readFrames } from '@portrait/media';
import type { FootageFrame } from './compose.js';

export interface FootageInputs {
  clip: ArtifactRef<'clip'>;
  labels: ArtifactRef<'labels'>;
  torsoLayer: ArtifactRef<'torso-layer'>;
}

export interface FootageReader {
  /** @param frame of the clip */
  read(frame: number): Promise<FootageFrame>;
  close(): Promise<void>;
}

/** One where the video is, one where a cross-fade reads. */
const MAX_CURSORS = 2;
/** Frames skipped by reading; from more on a new stream is quicker. */
const MAX_SKIP = 8;
/** Frames read at once when going backwards, and frames kept. */
const BACK_BLOCK = 12;

interface Cursor {
  next: number;
  pending: Promise<FootageFrame>;
  streams: AsyncGenerator<Uint8Array>[];
}

export async function openFootage(
  artifacts: ArtifactReaderWriter,
  inputs: FootageInputs,
  clip: ClipJson,
  signal: AbortSignal,
): Promise<FootageReader> {
  const paths = {
    rgb24: await artifacts.path(inputs.clip, 'video.mkv'),
    rgba: await artifacts.path(inputs.torsoLayer, 'torso.mkv'),
    gray: await artifacts.path(inputs.labels, 'labels.mkv'),
  };
  let cursors: Cursor[] = [];
  const kept = new Map<number, FootageFrame>();

  const open = (startFrame: number): Cursor => {
    const options = { startFrame, frameCount: clip.frames - startFrame, signal };
    const streams = (['rgb24', 'rgba', 'gray'] as const).map((pixelFormat) =>
      readFrames(paths[pixelFormat], { pixelFormat, ...options }),
    );
    const cursor: Cursor = { next: startFrame, streams, pending: ahead(streams, startFrame) };
    return cursor;
  };
  const ahead = (streams: Cursor['streams'], frame: number): Promise<FootageFrame> => {
    const pending = nextOf(streams, frame);
    pending.catch(() => undefined); // told when its turn comes
    return pending;
  };
  const advance = async (cursor: Cursor): Promise<FootageFrame> => {
    const frame = await cursor.pending;
    keep(cursor.next, frame);
    cursor.next++;
    if (cursor.next < clip.frames) cursor.pending = ahead(cursor.streams, cursor.next);
    return frame;
  };
  const keep = (at: number, frame: FootageFrame): void => {
    kept.set(at, frame);
    if (kept.size > BACK_BLOCK) kept.delete(kept.keys().next().value!);
  };
  const cursorFor = async (frame: number): Promise<Cursor> => {
    const near = cursors.find((c) => c.next <= frame && frame - c.next <= MAX_SKIP);
    if (near) return near;
    // The frame after this one was just shown: time runs backwards, and the frames before this one come next.
    const backwards = kept.has(frame + 1) && !kept.has(frame - 1);
    if (cursors.length === MAX_CURSORS) await close(cursors.pop()!);
    return open(backwards ? Math.max(0, frame - BACK_BLOCK + 1) : frame);
  };
  return {
    async read(frame) {
      const known = kept.get(frame);
      if (known) return known;
      const cursor = await cursorFor(frame);
      cursors = [cursor, ...cursors.filter((c) => c !== cursor)];
      while (cursor.next < frame) await advance(cursor);
      return advance(cursor);
    },
    async close() {
      await Promise.all(cursors.map(close));
      cursors = [];
    },
  };
}

async function nextOf(streams: Cursor['streams'], frame: number): Promise<FootageFrame> {
  const [rgb, torso, labels] = (await Promise.all(streams.map((s) => s.next()))).map((r) => r.value as Uint8Array);
  if (!rgb || !torso || !labels)
    throw new PortraitError(
      'INCOMPATIBLE',
      `Frame ${frame} is missing: clip, labels and torso layer do not have the same number of frames.`,
      { at: { frame }, hint: 'Make the portrait again from its video.' },
    );
  return { rgb, torso, labels };
}

async function close(cursor: Cursor): Promise<void> {
  await cursor.pending.catch(() => undefined);
  await Promise.all(cursor.streams.map((stream) => stream.return(undefined)));
}
