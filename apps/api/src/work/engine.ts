// The port for running workflows. temporal-engine.ts implements it.
import type {
  BuildPortraitInput,
  ErasePersonInput,
  RenderBatchInput,
  RenderVideoInput,
  RetryStageInput,
  SkipStageInput,
  StageBeat,
  WorkState,
} from '@portrait/contracts';

/** The state of a workflow at one moment. */
export interface WorkSnapshot {
  /** False after it has ended, for any reason. */
  running: boolean;
  /** Null when it is not running, or no worker answers the query. */
  state: WorkState | null;
  /** Last heartbeats of running nodes. */
  beats: Readonly<Record<string, StageBeat>>;
}

/**
 * Workflow ids are built by contracts/work: `portrait/<person>`, `video/<video>`, `batch/<batch>`, `erase/<erasure>`.
 */
export interface WorkEngine {
  /**
   * Does nothing when the workflow was started before; with `again`, restarts an ended one.
   * @throws PortraitError CONFLICT with `again` while it runs; SERVER_UNREACHABLE
   */
  startPortrait(input: BuildPortraitInput, again?: boolean): Promise<void>;
  startVideo(input: RenderVideoInput): Promise<void>;
  /** Starts the batch, or signals a running one to look for more items. */
  startBatch(input: RenderBatchInput): Promise<void>;
  startErase(input: ErasePersonInput): Promise<void>;
  /** @throws PortraitError CONFLICT when the stage is not parked or the workflow has ended */
  retryStage(workflowId: string, input: RetryStageInput): Promise<void>;
  skipStage(workflowId: string, input: SkipStageInput): Promise<void>;
  /** False when there is nothing to cancel. */
  cancel(workflowId: string): Promise<boolean>;
  /** Null when there is no such workflow, or its history was deleted. */
  describe(workflowId: string): Promise<WorkSnapshot | null>;
  /** Deletes ended workflows with the histories of all runs, and resolves when they are gone. */
  deleteHistories(workflowIds: readonly string[]): Promise<void>;
  /** @throws PortraitError SERVER_UNREACHABLE */
  ping(): Promise<void>;
}
