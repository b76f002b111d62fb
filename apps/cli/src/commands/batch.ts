// portrait batch: many videos at a remote system, within a window of hours.
import type { Command } from 'commander';
import { MAX_CONCURRENCY } from '@portrait/contracts/api';
import { batchRemotely } from '../remote/batch-remote.js';
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
      'Make many videos at a remote system, for example overnight, and follow them. Ctrl-C leaves the batch going on; watch, retry and cancel take --batch ID.',
    )
    .requiredOption(
      '--file <file>',
      'items, .csv or .json: id, person (name or id), and audio_file (a file here), audio_url or upload_id; more in docs/api.md',
    )
    .option('--name <text>', 'for people (default: from the file name)')
    .option('--window <from-to>', 'hours of every day in which videos are begun, as in 22:00-06:00 (default: any time)')
    .option('--time-zone <name>', 'where those hours are, as in Europe/Berlin (default: that of this machine)')
    .option('--concurrency <number>', 'videos under way at a time (default: 4)')
    .option('--priority <number>', '1 (first) to 5 among all work (default: 3)')
    .option('--download <folder>', 'fetch each video as it is ready, named after its item')
    .option('--manifest <file>', 'write the list of items with links, hashes and errors at the end, .csv or .json')
    .option('--detach', 'begin, and do not wait for the end');
  withExamples(
    withRemoteOnly(command),
    'batch --file lessons.csv --remote https://portraits.example.org',
    'batch --file lessons.csv --window 22:00-06:00 --time-zone Europe/Berlin --concurrency 8 --detach',
    'batch --file lessons.json --download videos --manifest videos.csv',
  );
  command.action(async (options: BatchOptions) => {
    const session = open(command);
    const number = (name: 'concurrency' | 'priority', most: number): number | undefined => {
      const text = options[name];
      return text === undefined ? undefined : wholeNumber(text, `--${name}`, 1, most);
    };
    const [concurrency, priority] = [number('concurrency', MAX_CONCURRENCY), number('priority', 5)];
    const remote = await requireRemote(
      session,
      options,
      'batch',
      'On this machine, give one portrait render for each recording.',
    );
    await batchRemotely(session, remote, { ...options, concurrency, priority, detach: options.detach === true });
  });
}
