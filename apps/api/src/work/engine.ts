// The port to what runs work: starting it, deciding about it, looking at it. Not here: Temporal (temporal-engine.ts).
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

/** A piece of work as it is at this moment. */
export interface Look {
  /** False once it has ended, however. */
  running: boolean;
  /** Null when it is not running, or nobody can tell: the service of workflows is away. */
  state: WorkState | null;
  /** Last sign of life of running nodes. */
  beats: Readonly<Record<string, StageBeat>>;
}

/** Ids are those of contracts/work: `portrait/<person>`, `video/<video>`, `batch/<batch>`, `erase/<erasure>`. */
export interface WorkEngine {
  /** Starts it, or says nothing when it was started before. With `again` an ended one is started anew. @throws PortraitError CONFLICT with `again` while it runs; SERVER_UNREACHABLE */
  startPortrait(input: BuildPortraitInput, again?: boolean): Promise<void>;
  startVideo(input: RenderVideoInput): Promise<void>;
  /** Starts it; one that runs looks for items again. */
  startBatch(input: RenderBatchInput): Promise<void>;
  startErase(input: ErasePersonInput): Promise<void>;
  /** @throws PortraitError NOT_FOUND, CONFLICT where the stage is not parked or nothing runs */
  retryStage(workflowId: string, input: RetryStageInput): Promise<void>;
  skipStage(workflowId: string, input: SkipStageInput): Promise<void>;
  /** False when there is nothing to cancel. */
  cancel(workflowId: string): Promise<boolean>;
  /** Null when there is no such work, or it was forgotten. */
  look(workflowId: string): Promise<Look | null>;
  /** Forgets ended pieces of work with the histories of all their runs, and returns when they are gone; nothing to do where there is none. */
  forget(workflowIds: readonly string[]): Promise<void>;
  /** @throws PortraitError SERVER_UNREACHABLE */
  ping(): Promise<void>;
}
