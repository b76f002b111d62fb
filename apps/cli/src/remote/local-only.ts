// Refuses options that only apply to this machine when a command runs at a remote system.
import { PortraitError } from '@portrait/contracts';

interface LocalOnly {
  /** Name with dashes. */
  option: string;
  given: unknown;
  /** Why it does not apply, or the alternative. */
  reason: string;
}

/** Local options of every command. */
export const storeAndThreads = ({ store, threads }: { store?: unknown; threads?: unknown }): LocalOnly[] => [
  { option: '--store', given: store, reason: 'the remote system has its own store' },
  { option: '--threads', given: threads, reason: 'the workers of the remote system have their own setting' },
];

/** @throws PortraitError INVALID_ARGUMENT that names every such option */
export function refuseLocalOnly(url: string, options: readonly LocalOnly[]): void {
  const given = options.filter((option) => option.given !== undefined && option.given !== false);
  if (given.length === 0) return;
  throw new PortraitError(
    'INVALID_ARGUMENT',
    [
      `Not available with a remote system (${url}):`,
      ...given.map(({ option, reason }) => `  ${option}: ${reason}`),
    ].join('\n'),
    { hint: `Omit ${given.length === 1 ? 'it' : 'them'}, or run the command on this machine with --no-remote.` },
  );
}
