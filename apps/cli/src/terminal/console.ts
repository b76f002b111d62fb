// Output of the command line: results on stdout, progress on stderr, or JSON lines on stdout with --json.
import { createStyle, type Style } from './style.js';

export interface Stream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export interface Console {
  readonly json: boolean;
  readonly verbose: boolean;
  /** True when stderr is a terminal on which lines may be rewritten. */
  readonly live: boolean;
  readonly interactive: boolean;
  readonly width: number;
  readonly style: Style;
  /** Prints a result. Silent in JSON mode. */
  print(text?: string): void;
  /** Prints progress or a notice. Silent in JSON mode. */
  note(text: string): void;
  /** Prints one JSON line. Silent unless in JSON mode. */
  event(event: Record<string, unknown>): void;
  /** Writes to stderr without a newline, for lines that are rewritten. */
  raw(text: string): void;
}

interface ConsoleOptions {
  stdout: Stream;
  stderr: Stream;
  stdin?: { isTTY?: boolean };
  env: Readonly<Record<string, string | undefined>>;
  json: boolean;
  verbose: boolean;
}

export function createConsole({ stdout, stderr, stdin, env, json, verbose }: ConsoleOptions): Console {
  const terminal = stderr.isTTY === true && env['TERM'] !== 'dumb';
  return {
    json,
    verbose,
    live: terminal && !json && !env['CI'],
    interactive: terminal && stdin?.isTTY === true && !json && !env['CI'],
    get width() {
      return Math.max(40, stderr.columns ?? 100);
    },
    style: createStyle(terminal && !json && !env['NO_COLOR']),
    print: (text = '') => void (json || stdout.write(`${text}\n`)),
    note: (text) => void (json || stderr.write(`${text}\n`)),
    event: (event) => void (json && stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`)),
    raw: (text) => void stderr.write(text),
  };
}
