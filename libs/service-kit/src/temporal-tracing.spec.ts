// An operator must be able to switch tracing on and off while workflows run: every history recorded without tracing
// replays with its interceptors.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { quietLogger, startTracing, type OpenTelemetry } from '@portrait/observability';
import { otlpReceiver, type OtlpReceiver } from '@portrait/testing';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import {
  bundleWorkflowCode,
  DefaultLogger,
  makeTelemetryFilterString,
  Runtime,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { temporalTracing, type TemporalTracing } from './temporal-tracing.js';

const workflows = join(import.meta.dirname, '../../../workflows');
const names = readdirSync(join(workflows, 'histories')).filter((name) => name.endsWith('.json'));
const read = (name: string): unknown => JSON.parse(readFileSync(join(workflows, 'histories', name), 'utf8'));

describe('histories recorded without tracing', () => {
  let receiver: OtlpReceiver;
  let openTelemetry: OpenTelemetry;
  let worker: ReturnType<TemporalTracing['worker']>;
  let bundle: WorkflowBundleWithSourceMap;
  beforeAll(async () => {
    Runtime.install({
      logger: new DefaultLogger('ERROR'),
      shutdownSignals: [],
      telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
    });
    receiver = await otlpReceiver();
    openTelemetry = (await startTracing({
      settings: { endpoint: receiver.url, headers: {}, sampler: 'always_on', ratio: 1, resource: {} },
      service: 'orchestrator',
      log: quietLogger,
    }))!;
    worker = (await temporalTracing(openTelemetry)).worker(true);
    bundle = await bundleWorkflowCode({
      workflowsPath: join(workflows, 'src/index.ts'),
      workflowInterceptorModules: [...(worker.interceptors?.workflowModules ?? [])],
      webpackConfigHook: (config) => ({
        ...config,
        resolve: { ...config.resolve, conditionNames: ['@portrait/source', '...'] },
      }),
    });
  });
  afterAll(async () => {
    await openTelemetry?.end();
    await receiver?.[Symbol.asyncDispose]();
  });
  const replay = (history: unknown): Promise<void> =>
    Worker.runReplayHistory({ workflowBundle: bundle, ...worker }, historyFromJSON(history) as object);

  it.each(names)('%s replays with tracing on', async (name) => {
    await replay(read(name));
  });

  it('rejects a history of different code with tracing on', async () => {
    const history = structuredClone(read('build-portrait.json')) as {
      events: { activityTaskScheduledEventAttributes?: { activityType: { name: string } } }[];
    };
    history.events.find(
      (event) => event.activityTaskScheduledEventAttributes,
    )!.activityTaskScheduledEventAttributes!.activityType.name = 'somethingElse';
    await expect(replay(history)).rejects.toThrow(/determinism/i);
  });
});

describe('without an endpoint', () => {
  it('a service loads neither the OpenTelemetry SDK nor the interceptors', () => {
    const script = `
      await import(${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)});
      const { createRequire } = process.getBuiltinModule('node:module');
      const loaded = Object.keys(createRequire(import.meta.url).cache);
      const isTracing = (path) => /@opentelemetry.(sdk|exporter|otlp)|interceptors-opentelemetry/.test(path);
      process.stdout.write(JSON.stringify({
        temporal: loaded.some((path) => path.includes('@temporalio/worker')),
        tracing: loaded.filter(isTracing),
      }));
      process.exit(0);`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
    expect(JSON.parse(stdout)).toEqual({ temporal: true, tracing: [] });
  });
});

describe('the interceptors package', () => {
  it('has the same version as the other Temporal packages', () => {
    const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const versions = Object.entries(dependencies)
      .filter(([name]) => name.startsWith('@temporalio/'))
      .map(([, version]) => version);
    expect(new Set(versions).size).toBe(1);
  });
});
