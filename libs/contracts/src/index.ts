// Contracts of the product: errors, artifacts, the graph and the shape of a stage. Pure: no I/O, no clock, no randomness.
export { ERROR_TABLE, PortraitError, toPortraitError, type ErrorClass, type ErrorCode, type ErrorDetails } from './errors.js';
export {
  ARTIFACT_KINDS, artifactKindSchema, artifactRefSchema, fileNameSchema, sha256Schema,
  type ArtifactDraft, type ArtifactFile, type ArtifactKind, type ArtifactReaderWriter, type ArtifactRef,
} from './artifacts.js';
export { canonicalJson } from './canonical.js';
export { KERNEL_CALLS, type KernelCall } from './kernel-calls.js';
export { PORTRAIT_GRAPH, PORTRAIT_PARTS, RENDER_GRAPH, hasTruth, STAGES, STAGE_NAMES, inputSpec, type Graph, type GraphNode, type InputSpec, type Source, type StageName, type StageSpec } from './graph.js';
export { findingSchema, stageReportSchema, type ArtifactRecord, type Finding, type Logger, type Schema, type StageContext, type StageDefinition, type StageProgress, type StageReport } from './stage.js';
export { CLIP_FPS, SAMPLE_RATE, clipJsonSchema, type ClipJson, transformsSchema, type Transforms, featuresJsonSchema, type FeaturesJson, labelsJsonSchema, type LabelsJson, landmarksJsonSchema, type LandmarksJson, consentSchema, type Consent } from './formats.js';
export {
  BOOKKEEPING_QUEUE, MORE_ITEMS_SIGNAL, PLAN_PARTS, PLANS_QUEUE, RETRY_STAGE_UPDATE, RUN_STAGE, SKIP_STAGE_UPDATE, STATE_QUERY, WORKFLOWS, WORKFLOW_QUEUE,
  batchWorkflowId, eraseWorkflowId, portraitWorkflowId, stageQueue, videoWorkflowId,
  type BatchState, type BatchStatus, type BatchWindow, type BookkeepingActivities, type BuildPortraitInput, type ErasePersonInput, type Failure, type NodeState, type NodeStatus, type PartRanges, type PlanPartsTask, type PortraitParts,
  type QueuedVideo, type RenderBatchInput, type RenderVideoInput, type RenderVideoResult, type RetryStageInput, type ServiceTiming, type SkipStageInput, type StageBeat, type StageOutcome, type StageTask,
  type WorkEvent, type WorkEventType, type WorkState, type WorkStatus,
} from './work.js';
