// Which recorded frame is the base of each frame of a video in footage mode, by position among the tracked frames.
// A pure function of the frame's number: any part of a video shows the frames that the whole shows.
import { loopFrame, type Loop, type LoopFrame } from '@portrait/nerf';
import { pingPongPosition, type Segment } from './ping-pong.js';

export type BaseAt = (index: number) => LoopFrame;

const only = (frame: number): LoopFrame => ({ frame, weight: 0 });
const moved = (by: number, { frame, other, weight }: LoopFrame): LoopFrame => ({
  frame: frame + by,
  ...(other !== undefined && { other: other + by }),
  weight,
});

/** Through a segment and on in its loop; back and forth at its end where it has none. */
export function loopingBase(segment: Segment, loop: Loop | null): BaseAt {
  if (!loop) return pingPongBase(segment);
  return (index) => moved(segment.start, loopFrame(loop, index));
}

/** Back and forth, at whole frames: between two recorded frames lies a blur. */
export function pingPongBase({ start, length }: Segment): BaseAt {
  return (index) => only(start + Math.round(pingPongPosition(index, length)));
}

/**
 * The clip's own frames in order from `firstFrame`, cuts included, for a dubbing. A speech longer than the clip goes on
 * in the loop of `segment`: without a jump where the clip ends in that segment, else with one more cut.
 */
export function recordedBase(frames: number, firstFrame: number, segment: Segment, loop: Loop | null): BaseAt {
  const looping = loopingBase(segment, loop);
  const endsInSegment = segment.start + segment.length === frames;
  const left = Math.max(0, frames - firstFrame);
  return (index) => {
    if (endsInSegment && firstFrame + index >= segment.start) return looping(firstFrame + index - segment.start);
    return index < left ? only(firstFrame + index) : looping(index - left);
  };
}
