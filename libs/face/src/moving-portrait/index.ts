// The generated moving portrait: a still face with known motion and speech.
export { generateMovingPortrait, type MovingPortrait, type Photograph } from './generate.js';
