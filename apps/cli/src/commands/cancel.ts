// portrait cancel: stops work at a remote system.
import type { Command } from 'commander';
import { cancelRemotely } from '../remote/cancel-remote.js';
import { requireRemote } from '../remote/connect.js';
import { requireTarget, type TargetOptions } from '../remote/target.js';
import { withExamples, withRemoteOnly, withTarget } from './options.js';
import type { OpenSession } from './open-session.js';

export function addCancel(program: Command, open: OpenSession): void {
  const command = withTarget(
    program
      .command('cancel')
      .description('Stop a training, render or batch at a remote system. Finished work is kept.'),
  );
  withExamples(
    withRemoteOnly(command),
    'cancel --person anna',
    'cancel --batch b_abcdefghijklmnopqrst --remote https://portraits.example.org',
  );
  command.action(async (options: TargetOptions & { remote?: string }) => {
    const session = open(command);
    const target = requireTarget(options);
    await cancelRemotely(
      session,
      await requireRemote(
        session,
        options,
        'cancel',
        'On this machine, Ctrl-C stops a command; run the same command again to resume.',
      ),
      target,
    );
  });
}
