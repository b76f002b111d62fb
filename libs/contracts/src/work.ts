// What the distributed side of the product hands around: tasks for stage services, inputs and states of workflows, the
// names both sides agree on. Types and constants only, so that deterministic workflow code may import it.
import type { ArtifactRecord, Finding } from './stage.js';
import type { ArtifactRef } from './artifacts.js';
import type { ErrorCode } from './errors.js';
import type { STAGES, StageName } from './stages/index.js';
import type { LATER_PARTS } from './graph.js';

/** Stage → the service it is served beside, where that is not its own: by the specifications. */
type ServedBeside = {
  [S in StageName as (typeof STAGES)[S]['service'] extends S ? never : S]: (typeof STAGES)[S]['service'];
};
/**
 * A copy of what the specifications say, checked by the compiler: workflow code cannot load them, since they need zod.
 */
const SERVED_BESIDE: ServedBeside = { join: 'render', compare: 'evaluate' };

/** Task queue of a stage: named after the service that runs it. */
export const stageQueue = (stage: StageName): string =>
  (SERVED_BESIDE as Partial<Record<StageName, string>>)[stage] ?? stage;
/** Task queue of workflow tasks; only the orchestrator polls it. */
export const WORKFLOW_QUEUE = 'workflows';
/** Task queue of small jobs that touch what is not an artifact: rows, portraits, webhooks. Served beside the API. */
export const BOOKKEEPING_QUEUE = 'bookkeeping';

/** Activity of every stage service: one run of one stage. */
export const RUN_STAGE = 'runStage';

export interface StageTask {
  person: string;
  /**
   * Graph the run belongs to, `portrait` or `render`, and its node there; remembered as the latest run of that node.
   */
  graph: string;
  node: string;
  stage: StageName;
  inputs: ArtifactRecord;
  params: unknown;
  seed: number;
}

export interface StageOutcome {
  key: string;
  outputs: Record<string, ArtifactRef>;
  /** True when nothing was computed. */
  cached: boolean;
  wallMs: number;
  cpuMs: number;
  peakRssBytes: number;
  findings: Finding[];
  metrics: Record<string, number>;
  preview?: ArtifactRef<'preview'>;
}

/** Details of a heartbeat: what a watcher sees of a running stage. */
export interface StageBeat {
  /** Node of the graph it is of; an activity does not carry it anywhere else that can be seen while it runs. */
  node: string;
  done: number;
  total: number;
  unit: string;
  message?: string;
  /** Digest of the checkpoint in force. */
  checkpoint?: string;
}

/** A failure as it crosses from a service to a workflow and on to the API: the fields of a PortraitError. */
export interface Failure {
  code: ErrorCode;
  message: string;
  hint?: string;
  at?: { stage?: string; file?: string; frame?: number; second?: number };
}

export interface ServiceTiming {
  /** A stage that gives no sign of life for so long is given to another worker, seconds. */
  heartbeatSeconds: number;
}

/**
 * Activity of the render service: where to cut a video. On a queue of its own, so that it does not wait behind a
 * render.
 */
export const PLAN_PARTS = 'planParts';
export const PLANS_QUEUE = 'render-plans';

export interface PlanPartsTask {
  person: string;
  audioFeatures: ArtifactRef<'audio-features'>;
  params: unknown;
  /** Parts wanted, ≥ 1; short videos get fewer. */
  parts: number;
}
/** Frames [first, end) of each part, in order. */
export type PartRanges = [number, number][];

export type NodeStatus = 'waiting' | 'running' | 'parked' | 'done' | 'skipped' | 'cancelled';

export interface NodeState {
  node: string;
  stage: StageName;
  status: NodeStatus;
  /** Times it was started by the workflow; retries by policy not counted. */
  attempt: number;
  /** ISO 8601, workflow time. */
  startedAt?: string;
  finishedAt?: string;
  error?: Failure;
  outcome?: Omit<StageOutcome, 'outputs' | 'preview'> & {
    outputs: Record<string, ArtifactRef>;
    preview?: ArtifactRef<'preview'>;
  };
}

export type WorkStatus = 'running' | 'parked' | 'done' | 'cancelled' | 'failed';

/** Answer of the `state` query of buildPortrait and renderVideo. */
export interface WorkState {
  status: WorkStatus;
  nodes: NodeState[];
}

export interface BuildPortraitInput {
  tenant: string;
  person: string;
  video: ArtifactRef<'source-video'>;
  consent: ArtifactRef<'consent'>;
  preset: string;
  /** By stage; defaults left out. */
  params: Partial<Record<StageName, Record<string, unknown>>>;
  seed: number;
  evaluate: boolean;
  timing: ServiceTiming;
}

export type PortraitParts = Record<'head' | 'torso' | 'poses' | 'landmarks' | 'background' | 'clip', ArtifactRef> &
  Partial<Record<(typeof LATER_PARTS)[number], ArtifactRef | undefined>>;

export interface RenderVideoInput {
  tenant: string;
  person: string;
  video: string;
  /** Batch it is an item of. */
  batch?: string;
  parts: PortraitParts;
  consent: ArtifactRef<'consent'>;
  /** A file, or the clip to re-enact it. */
  speech: ArtifactRef<'speech' | 'clip'>;
  poseTrack?: ArtifactRef<'track'>;
  eyeTrack?: ArtifactRef<'track'>;
  backgroundMedia?: ArtifactRef<'background-media'>;
  params: Partial<Record<StageName, Record<string, unknown>>>;
  seed: number;
  /** Render workers the video is cut for, ≥ 1; the result does not depend on it. */
  shards: number;
  /** `park`: a part that fails for good waits for a retry. `fail`: the video fails, as items of a batch do. */
  onFailure: 'park' | 'fail';
  timing: ServiceTiming;
}

/**
 * An item of a batch as the batch knows it: what it is about is asked for by its video, so that the batch's history
 * holds nothing of anybody.
 */
export interface QueuedVideo {
  tenant: string;
  batch: string;
  video: string;
}

export interface RenderVideoResult {
  video: ArtifactRef<'video'>;
  seconds: number;
  coreSeconds: number;
  /** Figures of the stage compare, where the clip shows what the video should. */
  comparison?: Record<string, number>;
}

/** Hours in which a batch may run; outside it pauses. */
export interface BatchWindow {
  /** `HH:MM`, wall clock in `timeZone`; may lie after `to`, the window then goes over midnight. */
  from: string;
  to: string;
  /** IANA name, `Europe/Berlin`. */
  timeZone: string;
}

export interface RenderBatchInput {
  tenant: string;
  batch: string;
  window: BatchWindow | null;
  /** Videos under way at a time, ≥ 1. */
  concurrency: number;
  /** 1 (first) to 5. */
  priority: number;
  /** Items fetched and not begun; carried over when the workflow goes on as a new run. */
  carried?: QueuedVideo[];
}

export type BatchStatus = 'running' | 'paused' | 'done' | 'cancelled';
/** Answer of the `state` query of renderBatch. Counts are in the database. */
export interface BatchState {
  status: BatchStatus;
  /** Videos under way. */
  underWay: string[];
  /** ISO 8601; when a paused batch goes on. */
  until?: string;
}

/** Erasure holds no personal data: who it is about is looked up by its id, as long as there is a row that says so. */
export interface ErasePersonInput {
  erasure: string;
}

/** Names of workflow types, updates, queries; ids are `<type>/<id>`. */
export const WORKFLOWS = {
  buildPortrait: 'buildPortrait',
  renderVideo: 'renderVideo',
  renderBatch: 'renderBatch',
  erasePerson: 'erasePerson',
} as const;
export const STATE_QUERY = 'state';
export const RETRY_STAGE_UPDATE = 'retryStage';
export const SKIP_STAGE_UPDATE = 'skipStage';

/** Signal to renderBatch: items were queued again. */
export const MORE_ITEMS_SIGNAL = 'moreItems';

export const portraitWorkflowId = (person: string): string => `portrait/${person}`;
export const videoWorkflowId = (video: string): string => `video/${video}`;
export const batchWorkflowId = (batch: string): string => `batch/${batch}`;
export const eraseWorkflowId = (erasure: string): string => `erase/${erasure}`;

export interface RetryStageInput {
  stage: string;
  /** Parameters that replace those given before; left out: as before. */
  params?: Record<string, unknown>;
}
export interface SkipStageInput {
  stage: string;
}

/** Small jobs of the bookkeeping queue. */
export interface BookkeepingActivities {
  /** Records the portrait of a person; the same portrait twice changes nothing. */
  publishPortrait(input: {
    tenant: string;
    person: string;
    parts: PortraitParts;
    features: ArtifactRef<'audio-features'>;
    video: ArtifactRef;
    consent: ArtifactRef;
    preset: string;
    seed: number;
    params: BuildPortraitInput['params'];
  }): Promise<void>;
  /** A change worth telling: updates rows and queues webhooks. Idempotent by `id`. */
  tell(input: WorkEvent): Promise<void>;
  /** Told again with the comparison, when there is one. */
  publishVideo(input: { tenant: string; person: string; video: string; result: RenderVideoResult }): Promise<void>;
  /** The next items of a batch, claimed; the same `claim` gives the same items. Empty: none is left. */
  nextItems(input: { tenant: string; batch: string; claim: string; limit: number }): Promise<QueuedVideo[]>;
  /** What a queued video is made of. @throws CONFLICT when it cannot be begun any more, which is kept and told */
  videoInput(input: QueuedVideo): Promise<RenderVideoInput>;
  /** For items whose video could not tell it itself; says nothing about an item that is finished. */
  itemFailed(input: { tenant: string; batch: string; video: string; error: Failure }): Promise<void>;
  /** Manifest and counts; `batch.completed` is told by the workflow. */
  finishBatch(input: { tenant: string; batch: string; status: 'done' | 'cancelled' }): Promise<void>;
  /** Steps of an erasure, in this order; each may be repeated. */
  stopWork(input: ErasePersonInput): Promise<{ left: number }>;
  eraseArtifacts(input: ErasePersonInput): Promise<void>;
  eraseHistories(input: ErasePersonInput): Promise<void>;
  /** The last step: rows go, the proof stays. */
  eraseRows(input: ErasePersonInput): Promise<void>;
}

export type WorkEventType =
  | 'person.training'
  | 'person.ready'
  | 'person.failed'
  | 'person.cancelled'
  | 'stage.done'
  | 'stage.failed'
  | 'video.rendering'
  | 'video.ready'
  | 'video.failed'
  | 'video.cancelled'
  | 'batch.completed'
  | 'person.erased';

export interface WorkEvent {
  /** Unique, and the same on every attempt. */
  id: string;
  type: WorkEventType;
  tenant: string;
  person?: string;
  video?: string;
  batch?: string;
  stage?: StageName;
  attempt?: number;
  /** core seconds the stage took. */
  coreSeconds?: number;
  seconds?: number;
  error?: Failure;
}
