// Options shared by several commands.
import { Option, type Command } from 'commander';
import type { CommonOptions } from '../session.js';

/** Must name every preset; a test checks it. */
export const PRESET_HELP =
  "preview (first look, minutes), standard (daily use) or paper (the paper's schedule, many hours)";

export const collect = (value: string, before: string[]): string[] => [...before, value];

export function withStore(command: Command): Command {
  return command.option('--store <folder>', 'store folder (default: $PORTRAIT_STORE or ./portrait-store)');
}

export function withRunOptions(command: Command): Command {
  return withStore(command)
    .option('--seed <number>', 'random seed; the same seed gives the same bytes (default: 1)')
    .option('--threads <number>', 'threads per stage (default: $PORTRAIT_THREADS or all cores)')
    .addOption(
      new Option('--set <stage.parameter=value>', 'set a parameter; repeatable').argParser(collect).default([], 'none'),
    );
}

export function withPerson(command: Command): Command {
  return command.requiredOption('--person <name>', 'name of the person in the store');
}

export function withRemote(command: Command): Command {
  return command
    .option(
      '--remote <url>',
      'run at a remote system through its API (default: $PORTRAIT_REMOTE; key: $PORTRAIT_API_KEY)',
    )
    .option('--no-remote', 'run on this machine and ignore $PORTRAIT_REMOTE');
}

/** For commands that exist only for remote systems. */
export function withRemoteOnly(command: Command): Command {
  return command.option(
    '--remote <url>',
    'address of the remote system (default: $PORTRAIT_REMOTE; key: $PORTRAIT_API_KEY)',
  );
}

export function withTarget(command: Command): Command {
  return command
    .option('--person <name>', 'training of this person (name or id)')
    .option('--video <id>', 'render with this id')
    .option('--batch <id>', 'batch with this id');
}

/** Adds lines under "Examples:" to the help of a command. */
export function withExamples(command: Command, ...lines: string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  $ portrait ${line}`).join('\n')}`);
}

export interface RunOptions extends CommonOptions {
  set: string[];
}
