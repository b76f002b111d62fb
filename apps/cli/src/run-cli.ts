// One invocation of `portrait`: parses, runs a command, tells failures, returns the exit code. Never ends the process, except
// on a second Ctrl-C.
import { toPortraitError } from '@portrait/contracts';
import type { Registry } from '@portrait/stage-kit';
import { Command, CommanderError } from 'commander';
import { addCommands } from './commands/index.js';
import { createSession, type Session } from './session.js';
import { createConsole, type Console, type Stream } from './terminal/console.js';
import { describeError } from './terminal/describe-error.js';
import { VERSION } from './version.js';

const USAGE = 2;
const INTERRUPTED = 130;

export interface CliOptions {
  stdout?: Stream;
  stderr?: Stream;
  stdin?: { isTTY?: boolean };
  env?: Readonly<Record<string, string | undefined>>;
  /** Aborts the command as Ctrl-C does. */
  signal?: AbortSignal;
  /** Stages to run instead of the embedded ones. */
  registry?: Registry;
  /** Reaches remote systems instead of that of the platform. */
  fetch?: typeof globalThis.fetch;
}

const OVERVIEW = `
Examples:
  $ portrait demo                                          everything once, on a sample person
  $ portrait train --video anna.mp4 --consent anna.json    learn a portrait
  $ portrait render --person anna --audio talk.wav --out talk.mp4
  $ portrait inspect --person anna                         a page with every stage's result
  $ portrait doctor                                        is everything there?
  $ portrait train --video anna.mp4 --remote http://127.0.0.1:8080    the same as a service does it

Exit codes: 0 done, 2 usage or consent, 3 unfit input, 4 something is missing, 5 the portrait is not good enough,
6 another run holds the store, 70 a fault of the product, 130 interrupted, 141 nobody reads the output any more.`;

function buildProgram(stdout: Stream, stderr: Stream, open: (command: Command) => Session): Command {
  const program = new Command('portrait')
    .description('Learns a talking portrait from a few minutes of video and makes it say any speech.')
    .version(VERSION, '-V, --version', 'print the version')
    .option('--json', 'one JSON line an event, for machines')
    .option('--verbose', 'also tell details, and the stack of a failure')
    .helpOption('-h, --help', 'print help; with examples for every command')
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

/** Aborts on the first SIGINT or SIGTERM, ends the process on the second. */
function listenForInterrupts(controller: AbortController, tell: (again: string) => void): Disposable {
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    tell(name === 'SIGINT' ? ' Ctrl-C again ends at once.' : '');
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return { [Symbol.dispose]: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal) };
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
    // --json and --verbose are read above and may stand anywhere on the line.
    await program.parseAsync(
      argv.filter((word) => word !== '--json' && word !== '--verbose'),
      { from: 'user' },
    );
    return 0;
  } catch (thrown) {
    clearLine();
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : USAGE;
    const error = toPortraitError(thrown);
    console.event({ type: 'error', ...error.toJSON(), exitCode: error.class.exitCode });
    if (!json) {
      if (error.code === 'CANCELLED')
        stderr.write(
          `${error.message}${error.hint === undefined ? ' Run the same command again: it goes on where it stopped.' : `\n${error.hint}`}\n`,
        );
      else stderr.write(`${describeError(error, console)}\n`);
    }
    return error.class.exitCode;
  } finally {
    clearLine();
  }
}
