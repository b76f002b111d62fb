// Connects to the remote system of a command. The address comes from --remote or PORTRAIT_REMOTE, the key from the
// environment or, for a system of `portrait up` on this machine, from its key file. There is no option for the key:
// other users of the machine can read arguments.
import { readFile } from 'node:fs/promises';
import { answer, openClient, type ApiClient } from '@portrait/api-client';
import { PortraitError } from '@portrait/contracts';
import type { Session } from '../session.js';
import { quoteWord } from '../terminal/quote-word.js';
import { firstKeyPath, readSystemRecord, SYSTEM_DIRECTORY } from '../system/system-record.js';

interface RemoteOptions {
  /** Address; false: --no-remote. */
  remote?: string | false;
}

export interface Remote {
  readonly client: ApiClient;
  readonly url: string;
  /** A command line for the same system, to show to the user. */
  command(...words: string[]): string;
}

/** Address of the remote system, or null to run on this machine. @throws PortraitError INVALID_ARGUMENT */
export function remoteAddress({ settings }: Session, { remote }: RemoteOptions): string | null {
  if (remote === false) return null;
  if (remote === undefined) return settings.remote === undefined ? null : withoutTrailingSlash(settings.remote);
  const url = URL.canParse(remote) ? new URL(remote) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw new PortraitError('INVALID_ARGUMENT', `--remote ${remote} is not an http address.`, {
      hint: 'Give an address such as http://127.0.0.1:8080.',
    });
  if (url.username !== '' || url.password !== '')
    throw new PortraitError('INVALID_ARGUMENT', 'The address of --remote contains a user name or password.', {
      hint: 'Give the key as PORTRAIT_API_KEY.',
    });
  return withoutTrailingSlash(remote);
}

export async function connect(session: Session, options: RemoteOptions, url: string): Promise<Remote> {
  const key = session.settings.apiKey ?? (await localKey(url));
  if (key === null) {
    throw new PortraitError('UNAUTHENTICATED', `There is no key for ${url}.`, {
      hint:
        'Set PORTRAIT_API_KEY. For a system of portrait up on this machine, run the command in the folder that ' +
        `contains ${SYSTEM_DIRECTORY}, or: export PORTRAIT_API_KEY=$(cat FOLDER/admin-key)`,
    });
  }
  if (url.startsWith('http:') && !isLoopback(new URL(url)))
    session.console.note(
      `  ${session.console.style.yellow('warning')} ${url} is not encrypted: others on the network can read the key.`,
    );
  const { signal, fetch } = session;
  const client = openClient({ url, key, fetch, signal });
  await requireApi(client, session.settings.apiKey === undefined ? firstKeyPath(SYSTEM_DIRECTORY) : 'PORTRAIT_API_KEY');
  const flag = options.remote === undefined ? [] : ['--remote', url];
  return { client, url, command: (...words) => ['portrait', ...words, ...flag].map(quoteWord).join(' ') };
}

/** For commands that exist only for remote systems. @param embedded hint: the local equivalent */
export async function requireRemote(
  session: Session,
  options: RemoteOptions,
  command: string,
  embedded: string,
): Promise<Remote> {
  const url = remoteAddress(session, options);
  if (url === null)
    throw new PortraitError(
      'INVALID_ARGUMENT',
      `portrait ${command} needs a remote system: give --remote URL or set PORTRAIT_REMOTE.`,
      { hint: embedded },
    );
  return connect(session, options, url);
}

/** Makes one call without retries, to report a wrong address or key at once. */
async function requireApi(client: ApiClient, source: string): Promise<void> {
  const caller = answer(
    client.fetch('/v1/caller', {}).then(async (response) => ({
      response,
      data: response.ok,
      error: (await response.json().catch(() => null)) as unknown,
    })),
  );
  await caller.catch((error: unknown) => {
    if (!(error instanceof PortraitError) || error.code !== 'UNAUTHENTICATED') throw error;
    throw new PortraitError(
      'UNAUTHENTICATED',
      `${client.url} refuses the key of ${source}: it is unknown, expired or revoked.`,
      {
        cause: error,
        hint: 'Ask the operator of the system for a new key; an admin key can create one with POST /v1/keys.',
      },
    );
  });
}

const withoutTrailingSlash = (url: string): string => url.replace(/\/+$/, '');
const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);

/** Reads the local key only if `url` is the system in the current folder: the key must not reach another server. */
async function localKey(url: string): Promise<string | null> {
  const target = new URL(url);
  if (!isLoopback(target)) return null;
  const record = await readSystemRecord(SYSTEM_DIRECTORY);
  if (record === null || new URL(record.apiUrl).port !== target.port) return null;
  return readFile(firstKeyPath(SYSTEM_DIRECTORY), 'utf8').then(
    (text) => text.trim(),
    () => null,
  );
}
