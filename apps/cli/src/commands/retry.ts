// portrait retry: work at a remote system that waits for a decision, or has failed, goes on.
import { Option, type Command } from 'commander';
import { requireRemote } from '../remote/connect.js';
import { retryBatch, retryPerson, retryVideo } from '../remote/retry-remote.js';
import { refuseOptions, requireTarget, type TargetOptions } from '../remote/target.js';
import { watchBatch } from '../remote/watch-batch.js';
import { watchPerson } from '../remote/watch-person.js';
import { watchVideo } from '../remote/watch-video.js';
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
        'Let work at a remote system go on: a parked stage with changed parameters or without it, a training that was cancelled or failed, the failed items of a batch. Then follow it.',
      ),
  )
    .option('--stage <stage>', 'the parked stage (default: the one that is parked)')
    .addOption(
      new Option('--set <stage.parameter=value>', 'change a parameter of it; may be given several times')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--skip', 'go on without the stage, where that is sound')
    .addOption(
      new Option(
        '--items <which>',
        'with --batch: failed, or unfinished (the cancelled ones too) (default: failed)',
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
      'On this machine, portrait train --retry STAGE computes a stage again, and the same command goes on after a failure.',
    );
    if (target.kind === 'batch') {
      await retryBatch(session, remote, target, items ?? 'failed');
      return options.detach
        ? session.console.print(`The batch ${target.name} goes on.`)
        : watchBatch(session, remote, target.name, {});
    }
    if (target.kind === 'person') {
      const person = await retryPerson(session, remote, target, { stage, set, skip });
      return options.detach
        ? session.console.print(`The training of ${target.name} goes on.`)
        : watchPerson(session, remote, person);
    }
    await retryVideo(session, remote, target, { stage, set });
    return options.detach
      ? session.console.print(`The render ${target.name} goes on.`)
      : watchVideo(session, remote, target.name, undefined);
  });
}
