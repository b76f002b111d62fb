// The contract of a stage: a pure function of inputs, parameters and seed. It never knows who runs it.
import { z } from 'zod';
import { artifactRefSchema, type ArtifactReaderWriter, type ArtifactRef } from './artifacts.js';
import type { InputsOf, OutputsOf, ParamsOf, StageSpec } from './stages/stage-spec.js';

export const findingSchema = z.object({
  /** `error` stops the run, `warning` travels on with the artifact and into reports, `info` is told. */
  level: z.enum(['error', 'warning', 'info']),
  /** Stable, kebab-case: `short-clip`, `face-too-small` … */
  code: z.string().regex(/^[a-z0-9-]+$/),
  message: z.string(),
  advice: z.string().optional(),
  at: z.object({ frame: z.number().int().optional(), second: z.number().optional() }).optional(),
  value: z.number().optional(),
});
export type Finding = z.infer<typeof findingSchema>;

export interface StageProgress {
  /** Grows from 0 and ends at `total`. */
  done: number;
  total: number;
  /** Plural noun: frames, steps, seconds. */
  unit: string;
  /** One short line, for example current held-out metrics. */
  message?: string;
  /** State from which the stage can go on after a kill. */
  checkpoint?: ArtifactRef<'checkpoint'>;
}

export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
}

export interface StageContext {
  /** Reaches every native call, ffmpeg process and model. */
  readonly signal: AbortSignal;
  readonly artifacts: ArtifactReaderWriter;
  /** Empty folder of this attempt; removed afterwards. */
  readonly scratchDir: string;
  readonly seed: number;
  /** Threads the stage may use, ≥ 1. */
  readonly threads: number;
  readonly log: Logger;
  progress(progress: StageProgress): void;
  finding(finding: Finding): void;
  /** Numbers worth comparing between runs, shown in the report. */
  metric(name: string, value: number): void;
  /** A picture for people, PNG or JPEG; the last one of a name wins and is kept beside the result. */
  preview(name: string, bytes: Uint8Array): Promise<void>;
  /** Checkpoint of an earlier, unfinished attempt of the same run key. */
  resumeFrom(): ArtifactRef<'checkpoint'> | null;
}

export type ArtifactRecord = Record<string, ArtifactRef | undefined>;

/** A stage that can run: its specification, and the work. */
export type StageDefinition<S extends StageSpec = StageSpec> = S & {
  run(ctx: StageContext, inputs: InputsOf<S>, params: ParamsOf<S>): Promise<OutputsOf<S>>;
};

export const stageReportSchema = z.object({
  key: z.string(),
  stage: z.string(),
  version: z.number().int(),
  seed: z.number().int(),
  params: z.unknown(),
  inputs: z.record(z.string(), z.string()),
  outputs: z.record(z.string(), artifactRefSchema),
  findings: z.array(findingSchema),
  metrics: z.record(z.string(), z.number()),
  preview: artifactRefSchema.optional(),
  startedAt: z.string(),
  wallMs: z.number(),
  cpuMs: z.number(),
  peakRssBytes: z.number(),
  resumed: z.boolean(),
});
export type StageReport = z.infer<typeof stageReportSchema>;
