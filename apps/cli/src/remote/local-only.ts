// Options that speak of this machine. With a remote system they are refused in words, not ignored.
import { PortraitError } from '@portrait/contracts';

export interface LocalOnly {
  /** As written, with the dashes. */
  option: string;
  given: unknown;
  /** Why it makes no sense there, or what does the like. */
  because: string;
}

/** What any command may be given. */
export const storeAndThreads = ({ store, threads }: { store?: unknown; threads?: unknown }): LocalOnly[] => [
  { option: '--store', given: store, because: 'artifacts are kept in the store of the remote system' },
  { option: '--threads', given: threads, because: 'its workers choose their threads themselves' },
];

/** @throws PortraitError INVALID_ARGUMENT naming every one */
export function refuseLocalOnly(url: string, options: readonly LocalOnly[]): void {
  const given = options.filter((option) => option.given !== undefined && option.given !== false);
  if (given.length === 0) return;
  throw new PortraitError(
    'INVALID_ARGUMENT',
    `Not with a remote system (${url}):\n${given.map(({ option, because }) => `  ${option}: ${because}`).join('\n')}`,
    { hint: `Leave ${given.length === 1 ? 'it' : 'them'} out, or run the command on this machine with --no-remote.` },
  );
}
