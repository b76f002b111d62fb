// What a run of a stage is asked for, what it tells while it works, and what it gives.
import type { ArtifactScope } from '@portrait/artifact-store';
import type {
  ArtifactRecord,
  ArtifactRef,
  Finding,
  Logger,
  PortraitError,
  StageProgress,
  StageReport,
} from '@portrait/contracts';
import type { AnyStage } from './implement.js';

export type StageEvent =
  | { type: 'start'; stage: string; key: string; resumed: boolean }
  | { type: 'progress'; stage: string; progress: StageProgress }
  | { type: 'finding'; stage: string; finding: Finding }
  /** `path` is a file that lives until the stage ends. */
  | { type: 'preview'; stage: string; name: string; path: string }
  | { type: 'cached'; stage: string; key: string; report: StageReport }
  | { type: 'done'; stage: string; key: string; report: StageReport }
  | { type: 'failed'; stage: string; key: string; error: PortraitError };

export interface RunOptions {
  definition: AnyStage;
  scope: ArtifactScope;
  inputs: ArtifactRecord;
  params?: unknown;
  seed: number;
  threads: number;
  signal: AbortSignal;
  log: Logger;
  onEvent?: (event: StageEvent) => void;
  /** Which try it is, where whoever runs it counts them; for traces. */
  attempt?: number;
}

export interface StageResult {
  key: string;
  outputs: Record<string, ArtifactRef>;
  report: StageReport;
  /** True when nothing was computed. */
  cached: boolean;
}
