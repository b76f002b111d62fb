// All stages as services in one process, with implementations that take no time. The parameter `trouble` of a stage
// makes it fail; files count the calls, so that the counts outlive the process.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PLANS_QUEUE, PortraitError, STAGE_NAMES, stageQueue, type ErrorCode } from '@portrait/contracts';
import { openServiceStore, runService } from '@portrait/service-kit';
import { fixtureRegistry, type AnyStage } from '@portrait/stage-kit';
import { stageActivities } from '@portrait/stage-kit/temporal';

export interface Trouble {
  /** Runs that fail before one succeeds. */
  fails?: { times: number; code: ErrorCode; message: string };
  /** Runs in which the process dies. */
  crashes?: number;
  /** Milliseconds a run takes at least. */
  takes?: number;
}

/** Nothing is counted where it is empty. */
const folder = process.env['FIXTURE_COUNTS']!;
/** Set where the API with the real catalog drives these: the name that it wants audio features to carry. */
const extractor = process.env['FIXTURE_EXTRACTOR'];

function count(what: string): number {
  appendFileSync(join(folder, what), '.');
  return readFileSync(join(folder, what), 'utf8').length;
}
const counted = (what: string): number =>
  existsSync(join(folder, what)) ? readFileSync(join(folder, what), 'utf8').length : 0;

function troubled(stage: AnyStage): AnyStage {
  return {
    ...stage,
    async run(ctx, inputs, params: { trouble?: Trouble }) {
      const { fails, crashes = 0, takes = 0 } = params.trouble ?? {};
      const name = `${stage.name}.${ctx.seed}`;
      if (folder !== '') count(`${name}.runs`);
      if (takes > 0) await sleep(takes, undefined, { signal: ctx.signal });
      if (counted(`${name}.crashes`) < crashes) {
        count(`${name}.crashes`);
        process.kill(process.pid, 'SIGKILL');
        await sleep(60_000);
      }
      if (fails && counted(`${name}.fails`) < fails.times) {
        count(`${name}.fails`);
        throw new PortraitError(fails.code, fails.message, {
          hint: 'Change what is wrong and retry.',
          at: { frame: 12 },
        });
      }
      return stage.run(ctx, inputs, params);
    },
  };
}

process.exitCode = await runService({
  name: 'fixture',
  async open({ settings, log }) {
    const store = await openServiceStore(settings.objectStore);
    const stages = Object.values(fixtureRegistry(extractor === undefined ? {} : { extractor, anyParams: true })).map(
      troubled,
    );
    const queues = [...new Set(STAGE_NAMES.map(stageQueue))];
    return {
      workers: [
        ...queues.map((taskQueue) => ({
          taskQueue,
          maxConcurrentActivityTaskExecutions: settings.slots,
          activities: stageActivities({
            stages: stages.filter(({ service }) => service === taskQueue),
            store,
            threads: 1,
            log: () => log,
          }),
        })),
        {
          taskQueue: PLANS_QUEUE,
          activities: {
            planParts: ({ parts }: { parts: number }) =>
              Promise.resolve(Array.from({ length: parts }, (_, i) => [i * 25, (i + 1) * 25])),
          },
        },
      ],
    };
  },
});
