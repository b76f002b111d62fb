// Replays recorded histories through the current code, to detect changes that break running workflows.
// The README explains how to record histories.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import {
  bundleWorkflowCode,
  DefaultLogger,
  makeTelemetryFilterString,
  Runtime,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';

const folder = join(import.meta.dirname, '../histories');
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .sort();
const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));

describe('recorded histories', () => {
  let bundle: WorkflowBundleWithSourceMap;
  beforeAll(async () => {
    Runtime.install({
      logger: new DefaultLogger('ERROR'),
      shutdownSignals: [],
      telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
    });
    bundle = await bundleWorkflowCode({
      workflowsPath: join(import.meta.dirname, 'index.ts'),
      webpackConfigHook: (config) => ({
        ...config,
        resolve: { ...config.resolve, conditionNames: ['@portrait/source', '...'] },
      }),
    });
  });
  const replay = (history: unknown): Promise<void> =>
    Worker.runReplayHistory({ workflowBundle: bundle }, historyFromJSON(history) as object);

  it('exist for every workflow', () => {
    for (const type of ['build-portrait', 'render-video', 'render-batch', 'erase-person'])
      expect(names.filter((name) => name.startsWith(type))).not.toEqual([]);
  });

  it.each(names)('%s replays', async (name) => {
    await replay(read(name));
  });

  it.each(names)('%s is rejected when an activity type differs', async (name) => {
    const history = structuredClone(read(name)) as {
      events: { activityTaskScheduledEventAttributes?: { activityType: { name: string } } }[];
    };
    const scheduled = history.events.find((event) => event.activityTaskScheduledEventAttributes)!;
    scheduled.activityTaskScheduledEventAttributes!.activityType.name = 'somethingElse';
    await expect(replay(history)).rejects.toThrow(/determinism/i);
  });
});
