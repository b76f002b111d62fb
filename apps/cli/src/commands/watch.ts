// portrait watch: shows the progress of work at a remote system.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { requireOutputVideo } from '../portrait/input-checks.js';
import { requireRemote } from '../remote/connect.js';
import { People } from '../remote/find-person.js';
import { refuseOptions, requireTarget, type TargetOptions } from '../remote/target.js';
import { watchBatch, watchPerson, watchVideo } from '../remote/watch.js';
import { withExamples, withRemoteOnly, withTarget } from './options.js';
import type { OpenSession } from './open-session.js';

interface WatchOptions extends TargetOptions {
  out?: string;
  download?: string;
  manifest?: string;
  remote?: string;
}

export function addWatch(program: Command, open: OpenSession): void {
  const command = withTarget(
    program
      .command('watch')
      .description(
        'Watch a training, render or batch at a remote system until it ends, and exit with its exit code. ' +
          'Ctrl-C stops watching, not the work.',
      ),
  )
    .option('--out <file>', 'with --video: download the finished video to this file')
    .option('--download <folder>', 'with --batch: download each finished video to this folder')
    .option(
      '--manifest <file>',
      'with --batch: write the list of items with links, hashes and errors at the end (.csv or .json)',
    );
  withExamples(
    withRemoteOnly(command),
    'watch --person anna --remote https://portraits.example.org',
    'watch --video v_abcdefghijklmnopqrst --out talk.mp4',
    'watch --batch b_abcdefghijklmnopqrst --download videos --manifest videos.csv',
  );
  command.action(async (options: WatchOptions) => {
    const session = open(command);
    const { kind, name } = requireTarget(options);
    refuseOptions(kind, {
      '--out': ['video', options.out],
      '--download': ['batch', options.download],
      '--manifest': ['batch', options.manifest],
    });
    const remote = await requireRemote(
      session,
      options,
      'watch',
      'On this machine portrait train and render show their own progress; portrait inspect shows the results.',
    );
    if (kind === 'person') return watchPerson(session, remote, await new People(remote.client).require(name));
    if (kind === 'batch') return watchBatch(session, remote, name, options);
    const out =
      options.out === undefined
        ? undefined
        : (
            await requireOutputVideo(resolve(options.out), {
              storeDir: session.storeDir({}),
              inputs: [],
              transparent: false,
            })
          ).path;
    return watchVideo(session, remote, name, out);
  });
}
