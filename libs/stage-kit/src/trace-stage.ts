// The span of a stage and what is below it: phases by progress, and sums of its calls to kernels and store. Tens of
// spans a stage, however long it runs. Off unless the process traces; a stage knows nothing of it.
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { KERNEL_CALLS, type KernelCall } from '@portrait/contracts';
import { inSpan, isTracing, type Span } from '@portrait/observability';
import { CallTotals } from './call-totals.js';
import type { RunOptions, StageEvent, StageResult } from './run-types.js';
import { Phases } from './phases.js';

const totals = new AsyncLocalStorage<CallTotals>();
let listening = false;

/** Runs a stage, with `onEvent` in place of the one it was given. */
export function traceStage(
  options: RunOptions,
  run: (onEvent: (event: StageEvent) => void) => Promise<StageResult>,
): Promise<StageResult> {
  const {
    definition: { name: stage },
    scope,
    attempt,
    onEvent = () => undefined,
  } = options;
  if (!isTracing()) return run(onEvent);
  if (!listening) subscribe(KERNEL_CALLS, (call) => addKernelCall(call as KernelCall));
  listening = true;
  const attributes = {
    'portrait.person': scope.person,
    'portrait.stage': stage,
    ...(attempt === undefined ? {} : { 'portrait.attempt': attempt }),
  };
  return inSpan(`stage ${stage}`, { attributes }, async (span) => {
    const calls = new CallTotals();
    const phases = new Phases(span);
    try {
      const result = await totals.run(calls, () =>
        run((event) => {
          phases.follow(event);
          onEvent(event);
        }),
      );
      describe(span, result);
      return result;
    } finally {
      phases.end();
      calls.addTo(span);
    }
  });
}

/** Counts a call to the store among those of the stage that makes it. */
export async function countCall<T>(what: string, call: () => Promise<T>): Promise<T> {
  const calls = totals.getStore();
  if (calls === undefined) return call();
  const start = Date.now();
  try {
    return await call();
  } finally {
    calls.add(what, start, Date.now());
  }
}

function addKernelCall({ kernel, start, end }: KernelCall): void {
  totals.getStore()?.add(`kernel ${kernel}`, start, end);
}

function describe(span: Span, { key, cached, outputs, report }: StageResult): void {
  const bytes = Object.values(outputs)
    .flatMap(({ files }) => Object.values(files))
    .reduce((sum, file) => sum + file.bytes, 0);
  span.set({ 'portrait.run': key, 'portrait.cached': cached, 'portrait.artifact_bytes': bytes });
  if (!cached)
    span.set({
      'portrait.core_seconds': report.cpuMs / 1000,
      'portrait.peak_bytes': report.peakRssBytes,
      'portrait.resumed': report.resumed,
    });
}
