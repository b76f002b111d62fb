// Stages for specs of whoever runs stages: they make artifacts of the right kinds in no time and do nothing else.
import {
  ARTIFACT_KINDS,
  PortraitError,
  STAGE_NAMES,
  STAGES,
  type ArtifactKind,
  type ArtifactRecord,
  type StageContext,
  type StageName,
} from '@portrait/contracts';
import { z } from 'zod';
import type { AnyStage, Registry } from './implement.js';

const params = z
  .strictObject({
    steps: z.int().min(1).max(100).default(10).describe('steps of the work'),
    speed: z.enum(['fast', 'slow']).default('fast').describe('how fast'),
    optim: z.strictObject({ rate: z.number().min(0).max(1).default(0.5).describe('learning rate') }).prefault({}),
  })
  .loose();
const anyParams = z.looseObject({ steps: z.int().default(10) });

/** A PNG of one pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

async function write(
  ctx: StageContext,
  kind: ArtifactKind,
  seed: string,
  extractor: string,
): Promise<ArtifactRecord[string]> {
  const draft = await ctx.artifacts.create(kind);
  const files: readonly string[] = kind === 'video' ? ['video.mp4', 'video.json'] : ARTIFACT_KINDS[kind].files;
  for (const file of files) {
    const features = {
      extractor,
      version: 3,
      channels: 1,
      length: 1,
      rate: 50,
      seconds: 1,
      modelSha256: '0'.repeat(64),
    };
    await draft.write(file, file === 'features.json' ? JSON.stringify(features) : `${kind} ${file} ${seed}`);
  }
  return draft.commit();
}

export interface FixtureOptions {
  /** Stage that fails, and how. */
  fails?: { stage: StageName; error: PortraitError };
  /** Called when a stage begins; the stage waits for it. */
  onRun?: (stage: StageName) => unknown;
  /** Name that the audio features carry; default `fixture-features`. */
  extractor?: string;
  /** Takes the parameters of the real stages too, so that the real catalog can drive these. */
  anyParams?: boolean;
}

function fixtureStage(
  name: StageName,
  { fails, onRun, extractor = 'fixture-features', ...options }: FixtureOptions,
): AnyStage {
  return {
    ...STAGES[name],
    version: 1,
    params: options.anyParams ? anyParams : params,
    async run(ctx: StageContext, inputs: ArtifactRecord, given: z.output<typeof anyParams>) {
      await onRun?.(name);
      for (let done = 0; done <= given.steps; done++) {
        ctx.signal.throwIfAborted();
        ctx.progress({ done, total: given.steps, unit: 'steps' });
      }
      if (fails?.stage === name) throw fails.error;
      if (name === 'ingest')
        ctx.finding({
          level: 'warning',
          code: 'short-clip',
          message: 'The clip is short.',
          advice: 'Record a longer one.',
          at: { second: 1.5 },
        });
      ctx.metric('quality', 0.75);
      await ctx.preview('look.png', PIXEL);
      const seed = JSON.stringify([name, given, Object.values(inputs).map((ref) => ref?.digest), ctx.seed]);
      const outputs: ArtifactRecord = {};
      for (const [role, kind] of Object.entries(STAGES[name].outputs))
        outputs[role] = await write(ctx, kind, seed, extractor);
      return outputs;
    },
  };
}

export function fixtureRegistry(options: FixtureOptions = {}): Registry {
  return Object.fromEntries(STAGE_NAMES.map((name) => [name, fixtureStage(name, options)])) as Registry;
}
