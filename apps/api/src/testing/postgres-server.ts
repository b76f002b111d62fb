// Test support: a PostgreSQL server in a temporary folder, reachable through a socket in that folder only.
// test-database.ts creates databases on it.
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chown, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { temporaryDirectory } from '@portrait/testing';
import { Client } from 'pg';
import { postgresPrograms } from '../../../../infra/setup/programs.mjs';

export interface PostgresServer extends AsyncDisposable {
  /** `postgres://…` of a role that may create databases. */
  readonly address: string;
}

interface Owner {
  uid: number;
  gid: number;
}

const ROLE = 'portrait';
const TIMEOUT_MS = 30_000;

/** The user to run PostgreSQL as, which refuses root. Undefined: the current user. Null: no suitable user exists. */
function findOwner(): Owner | null | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name, , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]),
  );
  return accounts.get('postgres') ?? accounts.get('nobody') ?? null;
}

/** The reason why no server can be started; null when one can. */
export function unavailableReason(): string | null {
  if (process.platform === 'win32') return 'specs start PostgreSQL on a socket, which Windows lacks';
  if (postgresPrograms() === null) return 'PostgreSQL is not installed';
  return findOwner() === null ? 'PostgreSQL does not run as root, and there is no user postgres or nobody' : null;
}

export async function startPostgres(): Promise<PostgresServer> {
  const programs = postgresPrograms()!;
  const owner: Partial<Owner> = findOwner() ?? {};
  const folder = await temporaryDirectory();
  const data = join(folder.path, 'data');
  if (owner.uid !== undefined && owner.gid !== undefined) await chown(folder.path, owner.uid, owner.gid);
  const run = { ...owner, cwd: folder.path };
  await promisify(execFile)(
    join(programs, 'initdb'),
    ['-D', data, '-U', ROLE, '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'],
    run,
  );
  // fsync=off: test data need not survive a power cut.
  const child = spawn(
    join(programs, 'postgres'),
    [
      '-D',
      data,
      '-k',
      folder.path,
      '-c',
      'listen_addresses=',
      '-c',
      'fsync=off',
      '-c',
      'max_connections=200',
      '-c',
      'logging_collector=on',
      '-c',
      'log_directory=.',
      '-c',
      'log_filename=log',
    ],
    { ...run, stdio: 'ignore' },
  );
  const exited = new Promise<void>((done) => child.once('exit', () => done()).once('error', () => done()));
  const end = (): boolean => child.kill('SIGINT');
  process.once('exit', end);
  const address = `postgres://${ROLE}@localhost/postgres?host=${encodeURIComponent(folder.path)}`;
  const close = async (): Promise<void> => {
    process.off('exit', end);
    end();
    await exited;
    await folder[Symbol.asyncDispose]();
  };
  try {
    await answers(address, exited);
  } catch (error) {
    const log = await readFile(join(data, 'log'), 'utf8').catch(() => '');
    await close();
    throw new Error(
      `PostgreSQL did not start: ${log.trim().split('\n').slice(-3).join(' ') || (error as Error).message}`,
      { cause: error },
    );
  }
  return { address, [Symbol.asyncDispose]: close };
}

async function answers(address: string, exited: Promise<void>): Promise<void> {
  let ended = false;
  void exited.then(() => (ended = true));
  for (const until = Date.now() + TIMEOUT_MS; ; await sleep(50)) {
    const client = new Client({ connectionString: address });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (ended || Date.now() > until) throw error;
    }
  }
}
