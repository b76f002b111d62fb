// Every workflow of the product. Deterministic: contracts in, activities and timers out; no clock, no I/O, no randomness of its own.
export { buildPortrait } from './build-portrait.js';
export { renderVideo } from './render-video.js';
export { renderBatch } from './render-batch.js';
export { erasePerson } from './erase-person.js';
