// Runs one stage: key, cache, lock, progress, checkpoint, preview, report. Knows nothing of graphs, servers or
// terminals.
import { writeFile } from 'node:fs/promises';
import type { ArtifactScope } from '@portrait/artifact-store';
import {
  PortraitError,
  artifactRefSchema,
  stageReportSchema,
  toPortraitError,
  type ArtifactRef,
  type Finding,
  type Logger,
  type StageContext,
  type StageProgress,
  type StageReport,
} from '@portrait/contracts';
import { keyParts, runKey } from './key.js';
import { measureResources } from './resources.js';
import type { RunOptions, StageEvent, StageResult } from './run-types.js';
import { traceStage } from './trace-stage.js';
import { trackDrafts } from './track-drafts.js';
import { checkInputs, checkOutputs, requireParams } from './validate.js';

export const recordNames = {
  report: (key: string) => `runs/${key}`,
  checkpoint: (key: string) => `checkpoints/${key}`,
  failure: (key: string) => `failures/${key}`,
};

export async function findRun(scope: ArtifactScope, key: string): Promise<StageReport | null> {
  const record = await scope.records.get(recordNames.report(key));
  return record === null ? null : stageReportSchema.parse(record);
}

/** @throws PortraitError with the code of the stage's failure; CANCELLED when `signal` aborts. */
export function runStage(options: RunOptions): Promise<StageResult> {
  return traceStage(options, (onEvent) => findOrCompute({ ...options, onEvent }));
}

async function findOrCompute(options: RunOptions): Promise<StageResult> {
  const { definition, scope, inputs, seed, signal } = options;
  const emit = (event: StageEvent): void => {
    writeDown(options.log, event);
    options.onEvent?.(event);
  };
  const stage = definition.name;
  checkInputs(definition, inputs);
  const params = requireParams(definition, options.params);
  const key = runKey(keyParts(definition, params, inputs, seed));

  const known = await findRun(scope, key);
  if (known) {
    emit({ type: 'cached', stage, key, report: known });
    return { key, outputs: known.outputs, report: known, cached: true };
  }
  signal.throwIfAborted();
  const lock = await scope.lock(`${stage}-${key.slice(0, 16)}`);
  try {
    return await compute(options, params, key, emit);
  } catch (caught) {
    const error = signal.aborted
      ? new PortraitError('CANCELLED', 'Stopped on request.', { cause: caught })
      : toPortraitError(caught);
    if (error.code !== 'CANCELLED') {
      await scope.records
        .put(recordNames.failure(key), { stage, key, at: new Date().toISOString(), params, error: error.toJSON() })
        .catch(() => undefined);
    }
    emit({ type: 'failed', stage, key, error });
    throw error;
  } finally {
    await lock[Symbol.asyncDispose]();
  }
}

async function compute(
  options: RunOptions,
  params: unknown,
  key: string,
  emit: (event: StageEvent) => void,
): Promise<StageResult> {
  const { definition, scope, inputs, seed, signal } = options;
  const stage = definition.name;
  const checkpoint = await openCheckpoint(scope, key);
  const scratch = await scope.scratch();
  const drafts = trackDrafts(scope, key);
  const findings: Finding[] = [];
  const metrics: Record<string, number> = {};
  const previews = new Map<string, Uint8Array>();
  const resources = measureResources();
  const startedAt = new Date();
  let last: StageProgress = { done: 0, total: 1, unit: 'steps' };

  const context: StageContext = {
    signal,
    artifacts: drafts.artifacts,
    scratchDir: scratch.path,
    seed,
    threads: options.threads,
    log: options.log,
    progress(progress) {
      last = {
        ...progress,
        done: Math.min(progress.total, Math.max(progress.done, last.total === progress.total ? last.done : 0)),
      };
      if (progress.checkpoint)
        checkpoint.replace(progress.checkpoint, () =>
          options.log.info('Checkpoint in force', { key, done: progress.done, total: progress.total }),
        );
      emit({ type: 'progress', stage, progress: last });
    },
    finding(finding) {
      findings.push(finding);
      emit({ type: 'finding', stage, finding });
    },
    metric(name, value) {
      metrics[name] = value;
    },
    async preview(name, bytes) {
      previews.set(name, bytes);
      const path = `${scratch.path}/preview-${name}`;
      await writeFile(path, bytes);
      emit({ type: 'preview', stage, name, path });
    },
    resumeFrom: () => checkpoint.current,
  };

  try {
    emit({ type: 'start', stage, key, resumed: checkpoint.current !== null });
    const resumed = checkpoint.current !== null;
    const outputs = (await definition.run(context, inputs, params)) as Record<string, ArtifactRef>;
    signal.throwIfAborted();
    checkOutputs(definition, outputs);
    const fatal = findings.filter((f) => f.level === 'error');
    if (fatal.length > 0)
      throw new PortraitError('INPUT_LOW_QUALITY', fatal.map((f) => f.message).join('\n'), { at: { stage } });
    emit({ type: 'progress', stage, progress: { done: last.total, total: last.total, unit: last.unit } });

    let preview: ArtifactRef<'preview'> | undefined;
    if (previews.size > 0) {
      const draft = await drafts.artifacts.create('preview');
      for (const [name, bytes] of previews) await draft.write(name, bytes);
      preview = await draft.commit();
    }
    const { version } = definition;
    const report: StageReport = {
      key,
      stage,
      version,
      seed,
      params,
      inputs: keyParts(definition, params, inputs, seed).inputs,
      outputs,
      findings,
      metrics,
      ...(preview ? { preview } : {}),
      startedAt: startedAt.toISOString(),
      ...resources.stop(),
      resumed,
    };
    await scope.records.put(recordNames.report(key), report);
    await scope.records.delete(recordNames.failure(key));
    await checkpoint.drop();
    emit({ type: 'done', stage, key, report });
    return { key, outputs, report, cached: false };
  } catch (error) {
    throw withNames(toPortraitError(error), (text) => drafts.named(text).replaceAll(scratch.path, 'scratch'));
  } finally {
    resources.stop();
    await checkpoint.settle();
    await drafts.discardOpen();
    await scratch[Symbol.asyncDispose]();
  }
}

/** The failure as it may be told elsewhere: without paths of this machine. Its cause keeps them, for the log. */
function withNames(error: PortraitError, named: (text: string) => string): PortraitError {
  const { code, message, hint, at } = error;
  const file = at?.file === undefined ? {} : { file: named(at.file) };
  return new PortraitError(code, named(message), {
    cause: error.cause ?? error,
    ...(hint === undefined ? {} : { hint: named(hint) }),
    ...(at === undefined ? {} : { at: { ...at, ...file } }),
  });
}

/** What a log must tell of every run: that it began, on what, and how it ended. */
function writeDown(log: Logger, event: StageEvent): void {
  if (event.type === 'start') log.info('Stage begins', { key: event.key, resumed: event.resumed });
  if (event.type === 'cached') log.info('Stage was done before', { key: event.key });
  if (event.type === 'done')
    log.info('Stage done', {
      key: event.key,
      wallMs: event.report.wallMs,
      cpuMs: event.report.cpuMs,
      peakRssBytes: event.report.peakRssBytes,
    });
  if (event.type === 'failed') log.warn('Stage failed', { key: event.key, error: event.error.toJSON() });
}

/** The checkpoint in force of a run key. Replacing records the new one first, then drops the old one's bytes. */
async function openCheckpoint(scope: ArtifactScope, key: string) {
  const name = recordNames.checkpoint(key);
  const record = await scope.records.get(name);
  let current = record === null ? null : (artifactRefSchema.parse(record) as ArtifactRef<'checkpoint'>);
  let pending: Promise<void> = Promise.resolve();
  return {
    get current() {
      return current;
    },
    replace(ref: ArtifactRef<'checkpoint'>, inForce: () => void) {
      const old = current;
      current = ref;
      pending = pending.then(async () => {
        await scope.records.put(name, ref);
        inForce();
        if (old && old.digest !== ref.digest) await discardUnshared(scope, old, ref);
      });
    },
    settle: () => pending,
    async drop() {
      await pending;
      await scope.records.delete(name);
      if (current) await scope.discard(current);
    },
  };
}

/** Checkpoints may share files (finished segments of a render): those that the new one still names stay. */
async function discardUnshared(
  scope: ArtifactScope,
  old: ArtifactRef<'checkpoint'>,
  kept: ArtifactRef<'checkpoint'>,
): Promise<void> {
  const keep = new Set(Object.values(kept.files).map((file) => file.sha256));
  await scope.discard({
    ...old,
    files: Object.fromEntries(Object.entries(old.files).filter(([, file]) => !keep.has(file.sha256))),
  });
}
