// Stage ingest: a recording as it comes → the clip that every other stage starts from.
export { ingestStage } from './run.js';
