// Stage semantic-parsing.
export { semanticParsingStage } from './run.js';
