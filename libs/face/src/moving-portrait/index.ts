export { generateMovingPortrait, type MovingPortrait, type MovingPortraitOptions, type Photograph } from './generate.js';
export type { MotionTruth } from './signals.js';
