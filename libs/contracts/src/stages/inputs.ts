// Short words for the inputs of specifications.
import type { ArtifactKind } from '../artifacts.js';

export const input = <const K extends readonly ArtifactKind[]>(...kinds: K) => ({ kinds });
export const optionalInput = <const K extends readonly ArtifactKind[]>(...kinds: K) =>
  ({ kinds, optional: true }) as const;
export const manyInputs = <const K extends readonly ArtifactKind[]>(...kinds: K) => ({ kinds, many: true }) as const;

/** What both trainings of the head and the evaluation read of the clip. */
export const trainingInputs = {
  clip: input('clip'),
  labels: input('labels'),
  background: input('background'),
  torsoLayer: input('torso-layer'),
  landmarks: input('landmarks'),
  poses: input('poses'),
  audioFeatures: input('audio-features'),
};
