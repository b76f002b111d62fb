// Starts ffmpeg and ffprobe: argument arrays, file paths that cannot be taken for options or URLs, bounded memory, no
// secrets in the environment, an end to silence, last lines of stderr kept for the message, abort kills the process.
// Nothing outside this package starts them.
import { spawn, type ChildProcess } from 'node:child_process';
import { lstat, rm, stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { resolve } from 'node:path';
import { PortraitError } from '@portrait/contracts';
import { checkPixels, limit } from './limits.js';

export type Program = 'ffmpeg' | 'ffprobe';

const PROGRAM_VARIABLES = { ffmpeg: 'PORTRAIT_FFMPEG', ffprobe: 'PORTRAIT_FFPROBE' } as const;
const STDERR_LINES = 12;

/** How every ffmpeg begins: it asks nothing and writes only errors to stderr. */
export const QUIET = ['-hide_banner', '-nostdin', '-loglevel', 'error'] as const;
/** Signs of life on stdout for programs that write to a file. */
export const TELL_PROGRESS = ['-progress', 'pipe:1', '-stats_period', '0.5'] as const;

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
  /**
   * Exit code, or null when it crashed. Rejects: DEPENDENCY_MISSING cannot be started, TOOL_KILLED ended from outside,
   * INPUT_UNREADABLE silent for too long, CANCELLED by `stop` or the signal.
   */
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
  const child = spawn(...withBoundedMemory(programPath(program), args), {
    stdio: [options.stdin ?? 'ignore', options.stdout ?? 'ignore', 'pipe'],
    windowsHide: true,
    env: childEnvironment(),
  });
  let tail = '';
  child.stderr!.setEncoding('utf8');
  child.stderr!.on('data', (text: string) => {
    tail = (tail + text).slice(-8192);
  });
  child.stdin?.on('error', () => undefined); // A reader that ended early shows in the exit code and in stderr.
  let stopped = false;
  let silent = false;
  const kill = (): void => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    stopped = true;
    child.kill('SIGKILL');
  };
  signal?.addEventListener('abort', kill, { once: true });
  const exit = new Promise<number | null>((settle, fail) => {
    child.once('error', (error: NodeJS.ErrnoException) => fail(startError(program, error)));
    child.once('close', (code, by) => {
      if (silent) return fail(silentError(program));
      if (stopped || signal?.aborted) return fail(cancelled());
      if (code === NOT_FOUND || code === NOT_EXECUTABLE) return fail(notFound(program, new Error(tail)));
      if (endedFromOutside(code, by, tail)) return fail(killedError(program, by));
      if (by !== null) tail += `\n${program} crashed (${by})`;
      settle(code);
    });
  }).finally(() => signal?.removeEventListener('abort', kill));
  exit.catch(() => undefined); // Whoever awaits it later still sees the rejection.
  const giveUp = (): void => {
    silent = true;
    kill();
  };
  if (child.stdout) endSilence(child.stdout as Socket, exit, giveUp);
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

/** Exit codes of a shell that could not become the program. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/**
 * The shell sets the limit (data segment, which counts private memory but no shared libraries; no core file) and
 * becomes the program under the same process id. Arguments travel as arguments, never as text of the script.
 */
const BOUND_AND_BECOME = 'ulimit -c 0; ulimit -d "$1" 2>/dev/null; shift; exec "$@"';

function withBoundedMemory(path: string, args: readonly string[]): [string, string[]] {
  if (process.platform === 'win32') return [path, [...args]];
  const kibibytes = String(Math.round(limit('maxToolMebibytes') * 1024));
  return ['/bin/sh', ['-c', BOUND_AND_BECOME, 'sh', kibibytes, path, ...args]];
}

/** What a decoder needs of the environment. Keys of the store and of the database are not part of it. */
const PASSED_VARIABLES =
  /^(PATH|PATHEXT|HOME|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|(LD|DYLD)_LIBRARY_PATH|SYSTEMROOT|WINDIR)$/i;

function childEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED_VARIABLES.test(name)));
}

/** Calls `giveUp` when nothing comes for the time that is set although the reader has taken all there was. */
function endSilence(stdout: Socket, exit: Promise<unknown>, giveUp: () => void): void {
  const milliseconds = limit('maxToolSilenceSeconds') * 1000;
  let bytes = 0;
  let since = performance.now();
  const look = (): void => {
    const readerWaits = stdout.readableLength === 0;
    if (stdout.bytesRead !== bytes || !readerWaits) since = performance.now();
    bytes = stdout.bytesRead;
    if (performance.now() - since >= milliseconds) giveUp();
  };
  const timer = setInterval(look, Math.min(1000, milliseconds / 4));
  timer.unref();
  void exit.catch(() => undefined).finally(() => clearInterval(timer));
}

const OUTSIDE: ReadonlySet<string> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGXCPU']);

/** ffmpeg catches the polite signals and leaves with 255 and no word; a shell round it reports SIGKILL as 137. */
function endedFromOutside(code: number | null, signal: NodeJS.Signals | null, stderr: string): boolean {
  return (signal !== null && OUTSIDE.has(signal)) || code === 137 || (code === 255 && stderr.trim() === '');
}

/** Text beyond this comes from a file with absurd tags and is dropped. */
const MAX_TEXT_BYTES = 4 * 2 ** 20;

/** Runs to the end with stdout collected as text. */
export async function runProgram(
  program: Program,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const running = startProgram(program, args, { signal, stdout: 'pipe' });
  const chunks: Buffer[] = [];
  let bytes = 0;
  running.child.stdout!.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_TEXT_BYTES) chunks.push(chunk);
  });
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
      hint:
        'Run the same command again. If it happens again, look whether the machine runs out of ' +
        'memory, and close other programs.',
    },
  );
}

function silentError(program: Program): PortraitError {
  const seconds = limit('maxToolSilenceSeconds');
  return new PortraitError('INPUT_UNREADABLE', `${program} made no progress for ${seconds} s and was stopped.`, {
    hint: 'Check that the file plays in a media player, and convert it to MP4; on a very slow disk, copy it first.',
  });
}

function startError(program: Program, error: NodeJS.ErrnoException): PortraitError {
  if (error.code === 'ENOENT' || error.code === 'EACCES') return notFound(program, error);
  return new PortraitError('INTERNAL', `${program} could not be started: ${error.message}`, { cause: error });
}

function notFound(program: Program, cause: Error): PortraitError {
  const variable = PROGRAM_VARIABLES[program];
  const asked = process.env[variable];
  const where = asked ? `at ${asked} (named by ${variable})` : 'on the PATH';
  return new PortraitError('DEPENDENCY_MISSING', `${program} was not found ${where}.`, {
    cause,
    hint: `Install it with: ${ffmpegInstallCommand()} . Or name the program by the environment variable ${variable}.`,
  });
}

const UNWRITABLE = new RegExp(
  [
    'No space left on device',
    'Permission denied',
    'Read-only file system',
    'Disk quota exceeded',
    'File too large',
    'No such file or directory',
    'Not a directory',
    'Is a directory',
  ].join('|'),
  'i',
);

/** True when stderr says that the output could not be written, which ffmpeg does not always tell by its exit code. */
export function saysUnwritable(stderr: string): boolean {
  return UNWRITABLE.test(stderr);
}

const REFUSED_SIZE = /Picture size (\d+)x(\d+) (?:exceeds|is invalid)/;

/** True when a picture was too large to decode, which ffprobe does not tell by its exit code. */
export function refusesSize(stderr: string): boolean {
  return REFUSED_SIZE.test(stderr);
}

export function readError(path: string, stderr: string): PortraitError {
  const size = REFUSED_SIZE.exec(stderr);
  if (size) {
    try {
      checkPixels(path, Number(size[1]), Number(size[2]));
    } catch (error) {
      return error as PortraitError;
    }
  }
  if (/Cannot allocate memory/.test(stderr))
    return new PortraitError('INPUT_UNREADABLE', `${path} needs more memory to decode than ffmpeg may use.`, {
      at: { file: path },
      hint: 'Scale it down first, or raise the setting PORTRAIT_MAX_TOOL_MEBIBYTES.',
      cause: new Error(stderr),
    });
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
