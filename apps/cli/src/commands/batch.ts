// portrait batch: renders many videos at a remote system, within a daily window.
import type { Command } from 'commander';
import { MAX_CONCURRENCY } from '@portrait/contracts/api';
import { requireRemote } from '../remote/connect.js';
import { wholeNumber } from '../session.js';
import { withExamples, withRemoteOnly } from './options.js';
import type { OpenSession } from './open-session.js';

interface BatchOptions {
  file: string;
  name?: string;
  window?: string;
  timeZone?: string;
  concurrency?: string;
  priority?: string;
  download?: string;
  manifest?: string;
  detach?: boolean;
  remote?: string;
}

export function addBatch(program: Command, open: OpenSession): void {
  const command = program
    .command('batch')
    .description(
      'Render many videos at a remote system, for example overnight, and watch them. Ctrl-C stops watching, not the ' +
        'batch; watch, retry and cancel take --batch ID.',
    )
    .requiredOption(
      '--file <file>',
      'items (.csv or .json) with id, person (name or id), and audio_file (local), audio_url or upload_id; ' +
        'see docs/api.md',
    )
    .option('--name <text>', 'name of the batch (default: the file name)')
    .option('--window <from-to>', 'daily hours in which videos may start, for example 22:00-06:00 (default: any time)')
    .option('--time-zone <name>', "time zone of --window, for example Europe/Berlin (default: this machine's)")
    .option('--concurrency <number>', 'videos rendered at the same time (default: 4)')
    .option('--priority <number>', 'priority among all work, 1 (highest) to 5 (default: 3)')
    .option('--download <folder>', 'download each finished video to this folder, named after its item')
    .option('--manifest <file>', 'write the list of items with links, hashes and errors at the end (.csv or .json)')
    .option('--detach', 'start, and do not wait for the end');
  withExamples(
    withRemoteOnly(command),
    'batch --file lessons.csv --remote https://portraits.example.org',
    'batch --file lessons.csv --window 22:00-06:00 --time-zone Europe/Berlin --concurrency 8 --detach',
    'batch --file lessons.json --download videos --manifest videos.csv',
  );
  command.action(async (options: BatchOptions) => {
    const session = open(command);
    const number = (name: 'concurrency' | 'priority', max: number): number | undefined => {
      const text = options[name];
      return text === undefined ? undefined : wholeNumber(text, `--${name}`, 1, max);
    };
    const [concurrency, priority] = [number('concurrency', MAX_CONCURRENCY), number('priority', 5)];
    const remote = await requireRemote(
      session,
      options,
      'batch',
      'On this machine, run portrait render once for each recording.',
    );
    const { batchRemotely } = await import('../remote/batch-remote.js');
    await batchRemotely(session, remote, { ...options, concurrency, priority, detach: options.detach === true });
  });
}
