// Stage compare and the shape of its figures.
export { compareStage, comparisonSchema, type Comparison } from './run.js';
