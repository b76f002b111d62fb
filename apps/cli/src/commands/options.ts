// Options that several commands share, worded once.
import { Option, type Command } from 'commander';
import type { CommonOptions } from '../session.js';

/** Names of the presets of @portrait/nerf; a test compares. */
export const PRESET_HELP =
  "preview (a first look, minutes), standard (daily use) or paper (the paper's own schedule, many hours)";

export const collect = (value: string, before: string[]): string[] => [...before, value];

export function withStore(command: Command): Command {
  return command.option('--store <folder>', 'folder of the store (default: $PORTRAIT_STORE or ./portrait-store)');
}

export function withRunOptions(command: Command): Command {
  return withStore(command)
    .option('--seed <number>', 'seed of all randomness; same seed, same bytes (default: 1)')
    .option('--threads <number>', 'threads a stage may use (default: $PORTRAIT_THREADS or all cores)')
    .addOption(
      new Option('--set <stage.parameter=value>', 'change one parameter; may be given several times')
        .argParser(collect)
        .default([], 'none'),
    );
}

export function withPerson(command: Command): Command {
  return command.requiredOption('--person <name>', 'person as named in the store');
}

export function withRemote(command: Command): Command {
  return command
    .option(
      '--remote <url>',
      'do it at a remote system, through its API (default: $PORTRAIT_REMOTE; key: $PORTRAIT_API_KEY)',
    )
    .option('--no-remote', 'do it on this machine, whatever $PORTRAIT_REMOTE says');
}

/** For commands that are about remote work only. */
export function withRemoteOnly(command: Command): Command {
  return command.option('--remote <url>', 'the remote system (default: $PORTRAIT_REMOTE; key: $PORTRAIT_API_KEY)');
}

export function withTarget(command: Command): Command {
  return command
    .option('--person <name>', 'the training of this person: name or id')
    .option('--video <id>', 'this render')
    .option('--batch <id>', 'this batch');
}

/** Adds lines under "Examples:" to the help of a command. */
export function withExamples(command: Command, ...lines: string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  $ portrait ${line}`).join('\n')}`);
}

export interface RunOptions extends CommonOptions {
  set: string[];
}
