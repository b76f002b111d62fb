// Starts ffmpeg and ffprobe: argument arrays, no shell, file paths that cannot be taken for options or URLs, last lines of
// stderr kept for the message, abort kills the process. Nothing outside this package starts them.
import { spawn, type ChildProcess } from 'node:child_process';
import { lstat, rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PortraitError } from '@portrait/contracts';

export type Program = 'ffmpeg' | 'ffprobe';

const PROGRAM_VARIABLES = { ffmpeg: 'PORTRAIT_FFMPEG', ffprobe: 'PORTRAIT_FFPROBE' } as const;
const STDERR_LINES = 12;

/** The command that installs ffmpeg (with ffprobe) on this platform. */
export function ffmpegInstallCommand(platform: NodeJS.Platform = process.platform): string {
  if (platform === 'darwin') return 'brew install ffmpeg';
  if (platform === 'win32') return 'winget install --id Gyan.FFmpeg';
  return 'apt-get install -y ffmpeg';
}

/** Path or name under which the program is started: PORTRAIT_FFMPEG / PORTRAIT_FFPROBE, else the PATH is searched. */
export function programPath(program: Program): string {
  return process.env[PROGRAM_VARIABLES[program]] || program;
}

/** `file:` and an absolute path, so that a leading dash, a colon or a scheme in the name means nothing to ffmpeg. */
export function fileUrl(path: string): string {
  if (path.includes('\0'))
    throw new PortraitError('INVALID_ARGUMENT', 'A file name holds a zero byte.', { hint: 'Give the path of a file.' });
  return `file:${resolve(path)}`;
}

/** Refuses what no decoder needs to look at: missing, a folder, empty, unreadable. */
export async function checkInputFile(path: string): Promise<void> {
  fileUrl(path);
  const at = { file: path };
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EACCES')
      throw new PortraitError('INPUT_UNREADABLE', `${path} may not be read by this user.`, {
        at,
        cause: error,
        hint: 'Change its permissions, or copy it to a folder of yours.',
      });
    throw new PortraitError('NOT_FOUND', `${path} does not exist.`, {
      at,
      cause: error,
      hint: 'Check the spelling; put names with spaces in quotes.',
    });
  });
  if (info.isDirectory())
    throw new PortraitError('INPUT_UNREADABLE', `${path} is a folder, not a file.`, {
      at,
      hint: 'Give the path of one video or sound file.',
    });
  if (info.isFile() && info.size === 0)
    throw new PortraitError('INPUT_UNREADABLE', `${path} is empty (0 bytes).`, {
      at,
      hint: 'Copy or record it again.',
    });
}

export interface RunningProgram {
  readonly child: ChildProcess;
  /** Last lines of stderr so far. */
  stderr(): string;
  /** Pieces of stdout; when it breaks off, the reason is that of `exit`. */
  output(): AsyncIterable<Uint8Array>;
  /** Exit code, or null when it crashed. Rejects: DEPENDENCY_MISSING cannot be started, TOOL_KILLED ended from outside, CANCELLED by `stop` or the signal. */
  readonly exit: Promise<number | null>;
  /** Kills it if it still runs and waits until it is gone. Never rejects. */
  stop(): Promise<void>;
}

export interface StartOptions {
  signal?: AbortSignal | undefined;
  stdin?: 'pipe' | 'ignore';
  stdout?: 'pipe' | 'ignore';
}

export function startProgram(program: Program, args: readonly string[], options: StartOptions = {}): RunningProgram {
  const { signal } = options;
  if (signal?.aborted) throw cancelled();
  const child = spawn(programPath(program), args, {
    stdio: [options.stdin ?? 'ignore', options.stdout ?? 'ignore', 'pipe'],
    windowsHide: true,
  });
  let tail = '';
  child.stderr!.setEncoding('utf8');
  child.stderr!.on('data', (text: string) => {
    tail = (tail + text).slice(-8192);
  });
  child.stdin?.on('error', () => undefined); // A reader that ended early shows in the exit code and in stderr.
  let stopped = false;
  const kill = (): void => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    stopped = true;
    child.kill('SIGKILL');
  };
  signal?.addEventListener('abort', kill, { once: true });
  const exit = new Promise<number | null>((settle, fail) => {
    child.once('error', (error: NodeJS.ErrnoException) => fail(startError(program, error)));
    child.once('close', (code, by) => {
      if (stopped || signal?.aborted) return fail(cancelled());
      if (endedFromOutside(code, by, tail)) return fail(killedError(program, by));
      if (by !== null) tail += `\n${program} crashed (${by})`;
      settle(code);
    });
  }).finally(() => signal?.removeEventListener('abort', kill));
  exit.catch(() => undefined); // Whoever awaits it later still sees the rejection.
  const stop = async (): Promise<void> => {
    kill();
    await exit.catch(() => undefined);
  };
  async function* output(): AsyncGenerator<Uint8Array, void, void> {
    try {
      yield* child.stdout! as AsyncIterable<Uint8Array>;
    } catch (error) {
      await exit;
      throw error;
    }
  }
  return {
    child,
    output,
    exit,
    stop,
    stderr: () =>
      tail
        .split(/[\r\n]+/)
        .filter(Boolean)
        .slice(-STDERR_LINES)
        .join('\n'),
  };
}

const OUTSIDE: ReadonlySet<string> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGXCPU']);

/** ffmpeg catches the polite signals and leaves with 255 and no word; a shell round it reports SIGKILL as 137. */
function endedFromOutside(code: number | null, signal: NodeJS.Signals | null, stderr: string): boolean {
  return (signal !== null && OUTSIDE.has(signal)) || code === 137 || (code === 255 && stderr.trim() === '');
}

/** Runs to the end with stdout collected as text. */
export async function runProgram(
  program: Program,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const running = startProgram(program, args, { signal, stdout: 'pipe' });
  const chunks: Buffer[] = [];
  running.child.stdout!.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await running.exit;
  return { code, stdout: Buffer.concat(chunks).toString('utf8'), stderr: running.stderr() };
}

/** Removes a half-written file, and only a file: an output may name a device or a pipe. */
export async function removeOutput(path: string): Promise<void> {
  const info = await lstat(path).catch(() => undefined);
  if (info?.isFile()) await rm(path, { force: true });
}

export function cancelled(): PortraitError {
  return new PortraitError('CANCELLED', 'Stopped on request.');
}

function killedError(program: Program, signal: NodeJS.Signals | null): PortraitError {
  return new PortraitError(
    'TOOL_KILLED',
    `${program} was ended from outside${signal ? ` (${signal})` : ''} before it was done.`,
    {
      hint: 'Run the same command again. If it happens again, look whether the machine runs out of memory, and close other programs.',
    },
  );
}

function startError(program: Program, error: NodeJS.ErrnoException): PortraitError {
  if (error.code !== 'ENOENT' && error.code !== 'EACCES')
    return new PortraitError('INTERNAL', `${program} could not be started: ${error.message}`, { cause: error });
  const variable = PROGRAM_VARIABLES[program];
  const asked = process.env[variable];
  const where = asked ? `at ${asked} (named by ${variable})` : 'on the PATH';
  return new PortraitError('DEPENDENCY_MISSING', `${program} was not found ${where}.`, {
    cause: error,
    hint: `Install it with: ${ffmpegInstallCommand()} . Or name the program by the environment variable ${variable}.`,
  });
}

const UNWRITABLE =
  /No space left on device|Permission denied|Read-only file system|Disk quota exceeded|File too large|No such file or directory|Not a directory|Is a directory/i;

/** True when stderr says that the output could not be written, which ffmpeg does not always tell by its exit code. */
export function saysUnwritable(stderr: string): boolean {
  return UNWRITABLE.test(stderr);
}

export function readError(path: string, stderr: string): PortraitError {
  const reason = lastReason(stderr);
  return new PortraitError('INPUT_UNREADABLE', `${path} cannot be decoded${reason ? `: ${reason}` : '.'}`, {
    at: { file: path },
    hint: 'Check that it plays in a media player; if it was copied or downloaded, do that again.',
    cause: new Error(stderr),
  });
}

export function writeError(path: string, stderr: string): PortraitError {
  const unwritable = stderr.match(UNWRITABLE)?.[0];
  if (unwritable)
    return new PortraitError('STORE_UNWRITABLE', `${path} cannot be written: ${unwritable.toLowerCase()}.`, {
      at: { file: path },
      hint: 'Free some space or choose a folder this user may write, then run the same command again.',
      cause: new Error(stderr),
    });
  return new PortraitError('INTERNAL', `ffmpeg failed while it wrote ${path}: ${lastReason(stderr) || 'no message'}`, {
    at: { file: path },
    hint: 'Check that this ffmpeg has the encoders libx264, ffv1, aac (ffmpeg -encoders).',
    cause: new Error(stderr),
  });
}

/** The last line of stderr, less the file name ffmpeg puts in front of it. */
function lastReason(stderr: string): string {
  const line = stderr.split('\n').filter(Boolean).at(-1) ?? '';
  return line.replace(/^file:.*?: (?=[^:]+$)/, '').trim();
}
