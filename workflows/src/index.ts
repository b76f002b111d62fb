// All workflows of the product. They are deterministic: no clock, I/O or randomness of their own.
export { buildPortrait } from './build-portrait.js';
export { renderVideo } from './render-video.js';
export { renderBatch } from './render-batch.js';
export { erasePerson } from './erase-person.js';
