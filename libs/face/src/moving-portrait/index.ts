// The generated moving portrait: a still that moves and speaks by known amounts.
export {
  generateMovingPortrait,
  type MovingPortrait,
  type MovingPortraitOptions,
  type Photograph,
} from './generate.js';
export type { MotionTruth } from './signals.js';
