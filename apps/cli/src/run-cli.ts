// One invocation of `portrait`: parses the arguments, runs a command, prints failures, returns the exit code.
// It ends the process only on a second Ctrl-C.
import { toPortraitError, type PortraitError } from '@portrait/contracts';
import type { Registry } from '@portrait/stage-kit';
import { Command, CommanderError } from 'commander';
import { addCommands } from './commands/index.js';
import { createSession, type Session } from './session.js';
import { createConsole, type Console, type Stream } from './terminal/console.js';
import { describeError } from './terminal/describe-error.js';
import { VERSION } from './version.js';

const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;

export interface CliOptions {
  stdout?: Stream;
  stderr?: Stream;
  stdin?: { isTTY?: boolean };
  env?: Readonly<Record<string, string | undefined>>;
  /** Aborts the command as Ctrl-C does. */
  signal?: AbortSignal;
  /** Replaces the embedded stages, for tests. */
  registry?: Registry;
  /** Replaces the global fetch, for tests. */
  fetch?: typeof globalThis.fetch;
}

const OVERVIEW = `
Examples:
  $ portrait demo                                          train and render a sample person
  $ portrait train --video anna.mp4 --consent anna.json    train a portrait
  $ portrait render --person anna --audio talk.wav --out talk.mp4
  $ portrait inspect --person anna                         write a page with the result of every stage
  $ portrait doctor                                        check the installation
  $ portrait train --video anna.mp4 --remote http://127.0.0.1:8080    train at a remote system

Exit codes: 0 done, 2 usage or consent, 3 unsuitable input, 4 missing dependency, file or server,
5 portrait quality too low, 6 store in use by another run, 70 internal error, 130 interrupted, 141 output pipe closed.`;

function buildProgram(stdout: Stream, stderr: Stream, open: (command: Command) => Session): Command {
  const program = new Command('portrait')
    .description('Train a talking portrait from a few minutes of video and render it speaking any recording.')
    .version(VERSION, '-V, --version', 'print the version')
    .option('--json', 'print one JSON line per event')
    .option('--verbose', 'print details, and the stack trace of a failure')
    .helpOption('-h, --help', 'print help')
    .addHelpText('after', OVERVIEW)
    .showSuggestionAfterError()
    .configureOutput({ writeOut: (text) => void stdout.write(text), writeErr: (text) => void stderr.write(text) })
    .exitOverride();
  addCommands(program, open);
  const inherit = (command: Command): void => {
    for (const child of command.commands) {
      child.copyInheritedSettings(command).helpOption('-h, --help', 'print help');
      inherit(child);
    }
  };
  inherit(program);
  return program;
}

/** Aborts on the first SIGINT or SIGTERM and ends the process on the second. */
function listenForInterrupts(controller: AbortController, print: (again: string) => void): Disposable {
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(EXIT_INTERRUPTED);
    print(name === 'SIGINT' ? ' Press Ctrl-C again to exit immediately.' : '');
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return { [Symbol.dispose]: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal) };
}

function describeCancel({ message, hint }: PortraitError): string {
  return hint === undefined ? `${message} Run the same command again to resume.` : `${message}\n${hint}`;
}

export async function runCli(argv: readonly string[], options: CliOptions = {}): Promise<number> {
  const { stdout = process.stdout, stderr = process.stderr, stdin = process.stdin, env = process.env } = options;
  const json = argv.includes('--json');
  const verbose = argv.includes('--verbose');
  const console: Console = createConsole({ stdout, stderr, stdin, env, json, verbose });
  const controller = new AbortController();
  let session: Session | undefined;
  const clearLine = (): void => session?.view.close();
  options.signal?.addEventListener('abort', () => controller.abort(), { once: true });
  using _ = listenForInterrupts(controller, (again) => {
    clearLine();
    console.note(`\n${session?.interruptText ?? 'Stopping.'}${again}`);
  });
  const program = buildProgram(
    stdout,
    stderr,
    () =>
      (session ??= createSession({
        console,
        env,
        signal: controller.signal,
        registry: options.registry,
        fetch: options.fetch,
      })),
  );
  try {
    // --json and --verbose are read above and are accepted anywhere on the line.
    await program.parseAsync(
      argv.filter((word) => word !== '--json' && word !== '--verbose'),
      { from: 'user' },
    );
    return 0;
  } catch (thrown) {
    clearLine();
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : EXIT_USAGE;
    const error = toPortraitError(thrown);
    console.event({ type: 'error', ...error.toJSON(), exitCode: error.class.exitCode });
    if (!json) stderr.write(`${error.code === 'CANCELLED' ? describeCancel(error) : describeError(error, console)}\n`);
    return error.class.exitCode;
  } finally {
    clearLine();
  }
}
