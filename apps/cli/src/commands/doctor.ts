// portrait doctor: checks the installation and names the command that fixes each problem.
import { execFile } from 'node:child_process';
import { mkdir, statfs } from 'node:fs/promises';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { SETTINGS, type Setting } from '@portrait/config';
import { PortraitError } from '@portrait/contracts';
import { formatBytes } from '@portrait/observability';
import type { Session } from '../session.js';
import { formatTable } from '../terminal/style.js';
import { withExamples, withStore } from './options.js';
import type { OpenSession } from './open-session.js';

export interface Check {
  what: string;
  state: 'ok' | 'warning' | 'missing';
  found: string;
  /** Command or sentence that fixes it. */
  mend?: string;
}

const run = promisify(execFile);
const SETUP = 'node infra/setup/setup.mjs';

async function version(command: string, pattern: RegExp): Promise<string | null> {
  try {
    const { stdout } = await run(command, [command.includes('ff') ? '-version' : '--version'], { timeout: 10_000 });
    return pattern.exec(stdout)?.[1] ?? stdout.split('\n')[0] ?? '';
  } catch {
    return null;
  }
}

function checkNode(current: string): Check {
  const [major = 0, minor = 0] = current.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return {
    what: 'node',
    state: ok ? 'ok' : 'missing',
    found: current,
    ...(ok ? {} : { mend: 'install Node 20.19 or newer' }),
  };
}

async function checkProgram(what: string, path: string, mend: string, needed: boolean): Promise<Check> {
  const found = await version(path, /version (\S+)/);
  if (found !== null) return { what, state: 'ok', found };
  return {
    what,
    state: needed ? 'missing' : 'warning',
    found: needed ? 'not found' : 'not found; only needed to rebuild the kernels',
    mend,
  };
}

async function checkMedia(): Promise<Check[]> {
  try {
    const { ffmpegInstallCommand, programPath } = await import('@portrait/media');
    return [
      await checkProgram('ffmpeg', programPath('ffmpeg'), ffmpegInstallCommand(), true),
      await checkProgram('ffprobe', programPath('ffprobe'), ffmpegInstallCommand(), true),
    ];
  } catch (error) {
    return [
      {
        what: 'media',
        state: 'missing',
        found: (error as Error).message.split('\n')[0] ?? 'does not load',
        mend: SETUP,
      },
    ];
  }
}

async function checkKernels(): Promise<Check> {
  try {
    const { kernelInfo } = (await import('@portrait/kernels')) as unknown as { kernelInfo?: () => unknown };
    if (kernelInfo === undefined) return { what: 'native kernels', state: 'missing', found: 'not built', mend: SETUP };
    const info = (await kernelInfo()) as Record<string, unknown>;
    return {
      what: 'native kernels',
      state: 'ok',
      found: Object.entries(info)
        .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
        .map(([key, value]) => `${key} ${String(value)}`)
        .join(', '),
    };
  } catch (error) {
    return {
      what: 'native kernels',
      state: 'missing',
      found: (error as Error).message.split('\n')[0] ?? 'do not load',
      mend: SETUP,
    };
  }
}

async function checkSpace(folder: string): Promise<Check> {
  try {
    await mkdir(folder, { recursive: true });
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const enough = free > 4 * 2 ** 30;
    return {
      what: 'disk',
      state: enough ? 'ok' : 'warning',
      found: `${formatBytes(free)} free for ${folder}`,
      ...(enough
        ? {}
        : { mend: 'a minute of 512² video needs about 2 GiB: free space or choose another disk with --store' }),
    };
  } catch (error) {
    return {
      what: 'disk',
      state: 'missing',
      found: (error as Error).message,
      mend: 'choose a writable folder with --store',
    };
  }
}

async function runChecks(session: Session, storeDir: string): Promise<Check[]> {
  const memory = totalmem();
  const checks: Check[] = [
    checkNode(process.versions.node),
    ...(await checkMedia()),
    await checkProgram('cmake', 'cmake', SETUP, false),
    await checkProgram('C++ compiler', process.platform === 'win32' ? 'cl' : 'c++', SETUP, false),
    await checkKernels(),
  ];
  const { verifyAll } = await import('@portrait/models');
  for (const { name, error, source, kind } of await verifyAll('all', { offline: true, signal: session.signal })) {
    const optional = kind === 'sample' || name === 'whisper-base-layer2';
    checks.push({
      what: `${kind} ${name}`,
      state: error === null ? 'ok' : optional ? 'warning' : 'missing',
      found: error === null ? (source ?? '') : 'not fetched yet',
      ...(error === null ? {} : { mend: `portrait ${kind}s fetch ${name}` }),
    });
  }
  checks.push(await checkSpace(storeDir));
  checks.push({
    what: 'memory',
    state: memory > 4 * 2 ** 30 ? 'ok' : 'warning',
    found: `${formatBytes(memory)}, ${formatBytes(freemem())} free`,
  });
  checks.push({ what: 'processor', state: 'ok', found: `${availableParallelism()} threads` });
  return checks;
}

const shown = (value: string | undefined, { secret }: Setting): string | undefined =>
  value !== undefined && secret ? 'set (hidden)' : value;

export function addDoctor(program: Command, open: OpenSession): void {
  const command = program
    .command('doctor')
    .description(
      'Check programs, native kernels, models, disk and memory, and name the command that fixes each problem.',
    )
    .option('--settings', 'also list the environment variables');
  withExamples(withStore(command), 'doctor', 'doctor --settings', 'doctor --json');
  command.action(async (options: { store?: string; settings?: boolean }) => {
    const session = open(command);
    const { console } = session;
    const { style } = console;
    const checks = await runChecks(session, session.storeDir(options));
    const colours = { ok: style.green, warning: style.yellow, missing: style.red };
    for (const check of checks) console.event({ type: 'check', ...check });
    console.print(
      formatTable(
        checks.map(({ what, state, found, mend }) => [
          colours[state](state.padEnd(7)),
          what,
          mend === undefined ? found : `${found}  ${style.dim('→')} ${mend}`,
        ]),
      ),
    );
    if (options.settings) {
      console.print('\nSettings:');
      console.print(
        formatTable(
          Object.entries<Setting>(SETTINGS).map(([name, setting]) => [
            name,
            shown(session.env[name], setting) ?? style.dim(setting.default),
            setting.meaning,
          ]),
        ),
      );
    }
    const missing = checks.filter((check) => check.state === 'missing');
    if (missing.length > 0)
      throw new PortraitError('DEPENDENCY_MISSING', `Missing: ${missing.map((check) => check.what).join(', ')}.`, {
        hint: 'Run the command that the list above names for each.',
      });
    console.print('\nThe installation is complete.');
  });
}
