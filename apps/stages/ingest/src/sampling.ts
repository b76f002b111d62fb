// Which frames the face is looked for in: a few every second for grading, some seconds without gaps for the mouth, and
// the neighbours of doubtful cuts.
import { CLIP_FPS } from '@portrait/contracts';
import type { CutCandidate } from './cuts.js';

/** Grading looks this often, and never at more than so many frames. */
const GRADING_STEP = 5;
const MOST_GRADING_FRAMES = 1200;
/** Gapless stretches: as many frames in all, split over two places of the clip. */
const MOUTH_FRAMES = 500;

export interface Sampling {
  /** All frames to look at, ascending. */
  frames: number[];
  /** Those of them at the regular distance. */
  grading: number[];
  gradingStep: number;
  /** Gapless stretches, [first, end). */
  stretches: { first: number; end: number }[];
}

/** `mouth` false: no gapless stretches, for a recording that is refused anyway. */
export function planSampling(frames: number, candidates: readonly CutCandidate[], mouth = true): Sampling {
  const gradingStep = Math.max(GRADING_STEP, Math.ceil(frames / MOST_GRADING_FRAMES));
  const grading: number[] = [];
  for (let f = 0; f < frames; f += gradingStep) grading.push(f);
  const stretches = mouth ? mouthStretches(frames) : [];
  const chosen = new Set(grading);
  for (const { first, end } of stretches) for (let f = first; f < end; f += 1) chosen.add(f);
  for (const { frame, certain } of candidates)
    if (!certain) for (let f = frame - 2; f <= frame + 1; f += 1) if (f >= 0 && f < frames) chosen.add(f);
  return { frames: [...chosen].sort((a, b) => a - b), grading, gradingStep, stretches };
}

function mouthStretches(frames: number): Sampling['stretches'] {
  if (frames <= MOUTH_FRAMES + 4 * CLIP_FPS) return [{ first: 0, end: frames }];
  const half = MOUTH_FRAMES / 2;
  return [0.3, 0.7].map((place) => {
    const first = Math.round(place * frames - half / 2);
    return { first, end: first + half };
  });
}
