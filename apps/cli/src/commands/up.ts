// portrait up and down: the whole system on this machine, in one terminal.
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { PortraitError, didYouMean } from '@portrait/contracts';
import { formatDuration } from '@portrait/observability';
import { wholeNumber, type Session } from '../session.js';
import { apiAddress, startSystem } from '../system/local-system.js';
import { servicePrograms } from '../system/services.js';
import {
  firstKeyPath,
  readSystemRecord,
  SYSTEM_DIRECTORY,
  systemRecordPath,
  type SystemRecord,
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
export function readCopies(given: readonly string[]): Record<string, number> {
  const names = servicePrograms().map(({ name }) => name);
  const copies: Record<string, number> = {};
  const mistakes: string[] = [];
  for (const text of given) {
    const [name = '', count = ''] = text.split('=');
    if (!names.includes(name))
      mistakes.push(`--workers ${text}: there is no service "${name}".${didYouMean(name, names)}`);
    else if (name === 'api')
      mistakes.push(
        `--workers ${text}: the API holds the embedded database and runs once; give PORTRAIT_DATABASE=postgres://… and start further ones yourself.`,
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
  // Before anything is there, so that "portrait down" ends a start too.
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
  const system = await startSystem({
    directory,
    signal: session.signal,
    copies,
    apiPort,
    log: session.openLog({ store: directory }, 'up'),
    onServer: (name, error) =>
      out.note(
        error === null
          ? `  ${name} had ended and runs again`
          : `  ${name} cannot be started again yet: ${error.message}`,
      ),
    onStep: (what) => out.note(`  starting ${what}`),
    onRestart: (name, code, waitMs) =>
      out.note(`  ${name} ended (${code === null ? 'killed' : `code ${code}`}); again in ${formatDuration(waitMs)}`),
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
      `\nReady after ${formatDuration(Date.now() - began)}. API: ${system.apiUrl}  logs: ${join(directory, 'logs')}\nAnother terminal uses it with --remote ${system.apiUrl}${keyHint(directory, options.directory)}.\nCtrl-C or "portrait down" ends it; what runs is handed back and goes on at the next start.`,
    );
    if (!session.signal.aborted)
      await new Promise<void>((done) => session.signal.addEventListener('abort', () => done(), { once: true }));
  } finally {
    await system.stop();
  }
}

/** From the same folder the key is found; a PostgreSQL database has its keys made by the API's own command. */
function keyHint(directory: string, asked: string): string {
  if (resolve(SYSTEM_DIRECTORY) === directory) return ' (the key is found from this folder)';
  return existsSync(firstKeyPath(directory))
    ? ` and PORTRAIT_API_KEY=$(cat ${quoteWord(join(asked, 'admin-key'))})`
    : ' and PORTRAIT_API_KEY';
}

async function down(session: Session, { directory }: { directory: string }): Promise<void> {
  const record = await readSystemRecord(directory);
  if (record === null || !isAlive(record.pid)) {
    await rm(systemRecordPath(directory), { force: true });
    session.console.print(`Nothing runs in ${resolve(directory)}.`);
    return;
  }
  process.kill(record.pid, 'SIGTERM');
  for (const end = Date.now() + STOP_TIMEOUT_MS; isAlive(record.pid); await sleep(200)) {
    if (Date.now() > end)
      throw new PortraitError(
        'STORE_BUSY',
        `The system (process ${record.pid}) has not ended after ${STOP_TIMEOUT_MS / 1000} s.`,
        { hint: 'Look at its terminal and logs; a second Ctrl-C there ends it at once.' },
      );
  }
  session.console.print('The system has ended; what was running goes on at the next start.');
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
      'Run the whole system on this machine: Temporal, MinIO, every stage as a service, and the API. One terminal; Ctrl-C ends it.',
    )
    .option('--directory <folder>', 'where servers, database, logs and local copies lie', SYSTEM_DIRECTORY)
    .option('--port <number>', 'port of the API on this machine', '8080')
    .option(
      '--workers <service=count>',
      'copies of a service; may be given several times',
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
    .description('End the system that "portrait up" runs. Jobs under way are handed back and go on at the next start.')
    .option('--directory <folder>', 'the folder given to portrait up', SYSTEM_DIRECTORY)
    .action((options: { directory: string }) => down(open(command), options));
  withExamples(command, 'down', 'down --directory /srv/portrait');
}
