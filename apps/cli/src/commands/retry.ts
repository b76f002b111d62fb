// portrait retry: resumes parked, failed or cancelled work at a remote system.
import { Option, type Command } from 'commander';
import { requireRemote } from '../remote/connect.js';
import { refuseOptions, requireTarget, type TargetOptions } from '../remote/target.js';
import { watchBatch, watchPerson, watchVideo } from '../remote/watch.js';
import { collect, withExamples, withRemoteOnly, withTarget } from './options.js';
import type { OpenSession } from './open-session.js';

interface RetryOptions extends TargetOptions {
  stage?: string;
  set: string[];
  skip?: boolean;
  items?: 'failed' | 'unfinished';
  detach?: boolean;
  remote?: string;
}

export function addRetry(program: Command, open: OpenSession): void {
  const command = withTarget(
    program
      .command('retry')
      .description(
        'Resume work at a remote system and watch it: retry or skip a parked stage, resume a cancelled or failed ' +
          'training, or retry the failed items of a batch.',
      ),
  )
    .option('--stage <stage>', 'parked stage to retry (default: the only parked stage)')
    .addOption(
      new Option('--set <stage.parameter=value>', 'set a parameter of that stage; repeatable')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--skip', 'skip the stage, if it may be skipped')
    .addOption(
      new Option(
        '--items <which>',
        'with --batch: items to retry, failed or unfinished (also cancelled ones) (default: failed)',
      ).choices(['failed', 'unfinished']),
    )
    .option('--detach', 'do not wait for the end');
  withExamples(
    withRemoteOnly(command),
    'retry --person anna',
    'retry --person anna --stage landmarks --set landmarks.maximumGapSeconds=2',
    'retry --person anna --stage lips-finetuning --skip',
    'retry --batch b_abcdefghijklmnopqrst --items unfinished --detach',
  );
  command.action(async (options: RetryOptions) => {
    const session = open(command);
    const target = requireTarget(options);
    const { stage, set, skip = false, items } = options;
    refuseOptions(target.kind, {
      '--stage': ['person or --video', stage],
      '--set': ['person or --video', set[0]],
      '--skip': ['person', options.skip],
      '--items': ['batch', items],
    });
    const remote = await requireRemote(
      session,
      options,
      'retry',
      'On this machine, run the same command again, or compute a stage again with portrait train --retry STAGE.',
    );
    const { retryBatch, retryPerson, retryVideo } = await import('../remote/retry-remote.js');
    if (target.kind === 'batch') {
      await retryBatch(session, remote, target, items ?? 'failed');
      return options.detach
        ? session.console.print(`The batch ${target.name} continues.`)
        : watchBatch(session, remote, target.name, {});
    }
    if (target.kind === 'person') {
      const person = await retryPerson(session, remote, target, { stage, set, skip });
      return options.detach
        ? session.console.print(`The training of ${target.name} continues.`)
        : watchPerson(session, remote, person);
    }
    await retryVideo(session, remote, target, { stage, set });
    return options.detach
      ? session.console.print(`The render ${target.name} continues.`)
      : watchVideo(session, remote, target.name, undefined);
  });
}
