// Renders a run of frames into one encoded piece. At most two frames are in memory: the encoder takes one while the
// next is rendered, so that memory does not grow with the length of the video.
import { openVideoWriter, type VideoWriterOptions } from '@portrait/media';

export interface PieceJob {
  /** Frames [first, end) of the video. */
  first: number;
  end: number;
  path: string;
  writer: VideoWriterOptions;
  frame(index: number): Promise<Uint8Array>;
  onFrame(index: number, frame: Uint8Array): void;
}

export async function renderPiece(job: PieceJob): Promise<void> {
  const writer = await openVideoWriter(job.path, job.writer);
  let next = start(job, job.first);
  try {
    for (let index = job.first; index < job.end; index++) {
      const frame = await next;
      if (index + 1 < job.end) next = start(job, index + 1);
      await writer.write(frame);
      job.onFrame(index, frame);
    }
    await writer.close();
  } catch (error) {
    // The frame still being rendered must come to rest before the renderer is closed; its own failure adds nothing.
    await Promise.allSettled([next, writer.abort()]);
    throw error;
  }
}

/** Begins a frame ahead of its turn; a failure is told when its turn comes. */
function start(job: PieceJob, index: number): Promise<Uint8Array> {
  const frame = job.frame(index);
  frame.catch(() => undefined);
  return frame;
}
