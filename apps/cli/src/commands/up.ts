// portrait up and portrait down: run and stop the whole system on this machine.
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { PortraitError, didYouMean } from '@portrait/contracts';
import { formatDuration } from '@portrait/observability';
import { wholeNumber, type Session } from '../session.js';
import { servicePrograms } from '../system/services.js';
import {
  firstKeyPath,
  readSystemRecord,
  SYSTEM_DIRECTORY,
  systemRecordPath,
  type SystemRecord,
  apiAddress,
} from '../system/system-record.js';
import { quoteWord } from '../terminal/quote-word.js';
import { formatTable } from '../terminal/style.js';
import { withExamples } from './options.js';
import type { OpenSession } from './open-session.js';

const STOP_TIMEOUT_MS = 120_000;

interface UpOptions {
  directory: string;
  port: string;
  workers: string[];
}

/** `render=2` → copies of a service. @throws PortraitError naming every mistake */
function readCopies(given: readonly string[]): Record<string, number> {
  const names = servicePrograms().map(({ name }) => name);
  const copies: Record<string, number> = {};
  const mistakes: string[] = [];
  for (const text of given) {
    const [name = '', count = ''] = text.split('=');
    if (!names.includes(name))
      mistakes.push(`--workers ${text}: there is no service "${name}".${didYouMean(name, names)}`);
    else if (name === 'api')
      mistakes.push(
        `--workers ${text}: the API owns the embedded database and can run only once; ` +
          'set PORTRAIT_DATABASE=postgres://… and start more instances yourself.',
      );
    else if (!/^\d{1,2}$/.test(count) || Number(count) < 1)
      mistakes.push(`--workers ${text}: give a whole number from 1 to 99, as in render=2.`);
    else copies[name] = Number(count);
  }
  if (mistakes.length > 0) throw new PortraitError('INVALID_ARGUMENT', mistakes.join('\n'));
  return copies;
}

async function up(session: Session, options: UpOptions): Promise<void> {
  const directory = resolve(options.directory);
  const copies = readCopies(options.workers);
  const apiPort = wholeNumber(options.port, '--port', 1, 65_535);
  const began = Date.now();
  await mkdir(directory, { recursive: true });
  // Written first, so that `portrait down` can stop a start in progress.
  const record: SystemRecord = { pid: process.pid, apiUrl: apiAddress(apiPort), startedAt: new Date().toISOString() };
  await writeFile(systemRecordPath(directory), `${JSON.stringify(record)}\n`);
  try {
    await runUntilStopped(session, options, { directory, copies, apiPort, began });
  } finally {
    await rm(systemRecordPath(directory), { force: true });
  }
}

async function runUntilStopped(
  session: Session,
  options: UpOptions,
  {
    directory,
    copies,
    apiPort,
    began,
  }: { directory: string; copies: Record<string, number>; apiPort: number; began: number },
): Promise<void> {
  const { console: out } = session;
  const { startSystem } = await import('../system/local-system.js');
  const system = await startSystem({
    directory,
    signal: session.signal,
    copies,
    apiPort,
    log: session.openLog({ store: directory }, 'up'),
    onServer: (name, error) =>
      out.note(
        error === null
          ? `  ${name} ended unexpectedly and was restarted`
          : `  ${name} cannot be restarted yet: ${error.message}`,
      ),
    onStep: (what) => out.note(`  starting ${what}`),
    onRestart: (name, code, waitMs) =>
      out.note(`  ${name} ended (${code === null ? 'killed' : `code ${code}`}); restart in ${formatDuration(waitMs)}`),
  });
  try {
    out.event({
      type: 'ready',
      api: system.apiUrl,
      seconds: (Date.now() - began) / 1000,
      services: system.services.map(({ name, pid, health }) => ({ name, pid, health })),
    });
    out.print(formatTable(system.services.map(({ name, pid, health }) => [name, String(pid), health ?? ''])));
    out.print(
      [
        `\nReady after ${formatDuration(Date.now() - began)}. API: ${system.apiUrl}  logs: ${join(directory, 'logs')}`,
        `In another terminal use --remote ${system.apiUrl}${keyHint(directory, options.directory)}.`,
        'Stop it with Ctrl-C or portrait down. Running jobs resume at the next start.',
      ].join('\n'),
    );
    if (!session.signal.aborted)
      await new Promise<void>((done) => session.signal.addEventListener('abort', () => done(), { once: true }));
  } finally {
    await system.stop();
  }
}

/** Commands find the key of a system in the default folder. With PostgreSQL the API's own command creates keys. */
function keyHint(directory: string, shownDirectory: string): string {
  if (resolve(SYSTEM_DIRECTORY) === directory) return ' (the key is found automatically in this folder)';
  return existsSync(firstKeyPath(directory))
    ? ` and PORTRAIT_API_KEY=$(cat ${quoteWord(join(shownDirectory, 'admin-key'))})`
    : ' and PORTRAIT_API_KEY';
}

async function down(session: Session, { directory }: { directory: string }): Promise<void> {
  const record = await readSystemRecord(directory);
  if (record === null || !isAlive(record.pid)) {
    await rm(systemRecordPath(directory), { force: true });
    session.console.print(`No system runs in ${resolve(directory)}.`);
    return;
  }
  process.kill(record.pid, 'SIGTERM');
  for (const end = Date.now() + STOP_TIMEOUT_MS; isAlive(record.pid); await sleep(200)) {
    if (Date.now() > end)
      throw new PortraitError(
        'STORE_BUSY',
        `The system (process ${record.pid}) did not stop within ${STOP_TIMEOUT_MS / 1000} s.`,
        { hint: 'Check its terminal and logs; press Ctrl-C twice there to stop it immediately.' },
      );
  }
  session.console.print('The system has stopped. Running jobs resume at the next start.');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}

export function addUp(program: Command, open: OpenSession): void {
  const command = program
    .command('up')
    .description(
      'Run the whole system on this machine: Temporal, MinIO, every stage as a service, and the API. ' +
        'Stop it with Ctrl-C.',
    )
    .option('--directory <folder>', 'folder for servers, database, logs and local copies', SYSTEM_DIRECTORY)
    .option('--port <number>', 'port of the API', '8080')
    .option(
      '--workers <service=count>',
      'number of processes of a service; repeatable',
      (value: string, all: string[]) => [...all, value],
      [],
    )
    .action((options: UpOptions) => up(open(command), options));
  withExamples(
    command,
    'up',
    'up --workers render=2 --port 9080',
    'up --directory /srv/portrait --json > events.jsonl',
  );
}

export function addDown(program: Command, open: OpenSession): void {
  const command = program
    .command('down')
    .description('Stop the system that portrait up runs. Running jobs resume at the next start.')
    .option('--directory <folder>', 'folder of portrait up', SYSTEM_DIRECTORY)
    .action((options: { directory: string }) => down(open(command), options));
  withExamples(command, 'down', 'down --directory /srv/portrait');
}
