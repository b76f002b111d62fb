// Stage ingest: a recording as it comes → the clip every other stage starts from.
export { ingestStage, ingestParamsSchema, type IngestInputs, type IngestOutputs, type IngestParams } from './stage.js';
