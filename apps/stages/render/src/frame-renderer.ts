// The port to whatever turns a pose and a moment of speech into pixels. The stage's own logic needs no more than this,
// and its specs put a drawing of a face behind it.
import type { RenderInputs, RenderParams, StageContext } from '@portrait/contracts';
import type { LoopFrame } from '@portrait/nerf';
import type { FootageMode } from './footage-plan.js';
import type { RestingMouth } from './resting-mouth.js';

export interface FrameRequest {
  /** Camera to world, rows of 4. */
  readonly cameraToWorld: readonly (readonly number[])[];
  /** Frame of the speech. */
  readonly speechFrame: number;
  /** Eye feature as the head was trained on it: 0 closed, 1 this person's widest. */
  readonly eye: number;
  /** Share of the resting mouth, 0…1. */
  readonly rest: number;
  /** Recorded frame that the head is laid into; null for a free composition over `backdrop`. */
  readonly base: LoopFrame | null;
  /** [size, size, 3] picture behind the person; null for a transparent picture. */
  readonly backdrop: Uint8Array | null;
}

export interface FrameRenderer {
  /** Side of the picture, px. */
  readonly size: number;
  /** [size, size, 3] over a backdrop, [size, size, 4] with straight alpha without one. */
  render(request: FrameRequest): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** What was decided before the renderer is opened. */
export interface RenderPlan {
  /** null: a free composition. */
  readonly footage: FootageMode | null;
  /** What is heard in pauses; null: the speech itself. */
  readonly rest: RestingMouth | null;
}

export type OpenRenderer = (
  ctx: StageContext,
  inputs: RenderInputs,
  params: RenderParams,
  plan: RenderPlan,
) => Promise<FrameRenderer>;
