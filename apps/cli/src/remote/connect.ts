// The remote system a command talks to, or none: its address from --remote or PORTRAIT_REMOTE, its key from the environment or, for a
// system that `portrait up` runs on this machine, from the file it wrote. A key never comes from an argument: others could read it there.
import { readFile } from 'node:fs/promises';
import { answer, openClient, type ApiClient } from '@portrait/api-client';
import { PortraitError } from '@portrait/contracts';
import type { Session } from '../session.js';
import { quoteWord } from '../terminal/quote-word.js';
import { firstKeyPath, readSystemRecord, SYSTEM_DIRECTORY } from '../system/system-record.js';

export interface RemoteOptions {
  /** Address; false: --no-remote. */
  remote?: string | false;
}

export interface Remote {
  readonly client: ApiClient;
  readonly url: string;
  /** The command line that reaches the same system, for what is told to the user. */
  command(...words: string[]): string;
}

/** Its address, or null: the command is done here. @throws PortraitError INVALID_ARGUMENT */
export function remoteAddress({ settings }: Session, { remote }: RemoteOptions): string | null {
  if (remote === false) return null;
  if (remote === undefined) return settings.remote === undefined ? null : withoutTrailingSlash(settings.remote);
  const url = URL.canParse(remote) ? new URL(remote) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw new PortraitError('INVALID_ARGUMENT', `--remote ${remote} is not an address.`, {
      hint: 'It begins with http:// or https://, for example http://127.0.0.1:8080.',
    });
  if (url.username !== '' || url.password !== '')
    throw new PortraitError('INVALID_ARGUMENT', 'The address of --remote holds a name or password.', {
      hint: 'The key is given as PORTRAIT_API_KEY.',
    });
  return withoutTrailingSlash(remote);
}

export async function connect(session: Session, options: RemoteOptions, url: string): Promise<Remote> {
  const key = session.settings.apiKey ?? (await localKey(url));
  if (key === null) {
    throw new PortraitError('UNAUTHENTICATED', `There is no key for ${url}.`, {
      hint: `Set PORTRAIT_API_KEY. For a system of "portrait up" on this machine, run this where its folder ${SYSTEM_DIRECTORY} lies, or: export PORTRAIT_API_KEY=$(cat FOLDER/admin-key)`,
    });
  }
  if (url.startsWith('http:') && !isLoopback(new URL(url)))
    session.console.note(
      `  ${session.console.style.yellow('warning')} ${url} is not encrypted: whoever is between can read the key.`,
    );
  const { signal, fetch } = session;
  const client = openClient({ url, key, fetch, signal });
  await requireApi(client, session.settings.apiKey === undefined ? firstKeyPath(SYSTEM_DIRECTORY) : 'PORTRAIT_API_KEY');
  const flag = options.remote === undefined ? [] : ['--remote', url];
  return { client, url, command: (...words) => ['portrait', ...words, ...flag].map(quoteWord).join(' ') };
}

/** A remote, for commands there is no other way to do. @param embedded what does the like on this machine */
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
      `portrait ${command} is about the work of a remote system; give --remote URL or set PORTRAIT_REMOTE.`,
      { hint: embedded },
    );
  return connect(session, options, url);
}

/** One call without patience, so that a wrong address or key is told at once. */
async function requireApi(client: ApiClient, source: string): Promise<void> {
  const asking = answer(
    client.fetch('/v1/caller', {}).then(async (response) => ({
      response,
      data: response.ok,
      error: (await response.json().catch(() => null)) as unknown,
    })),
  );
  await asking.catch((error: unknown) => {
    if (!(error instanceof PortraitError) || error.code !== 'UNAUTHENTICATED') throw error;
    throw new PortraitError(
      'UNAUTHENTICATED',
      `${client.url} refuses the key of ${source}: it is unknown, expired or revoked.`,
      {
        cause: error,
        hint: 'Ask whoever runs the system for another; with a key of scope admin, POST /v1/keys makes one.',
      },
    );
  });
}

const withoutTrailingSlash = (url: string): string => url.replace(/\/+$/, '');
const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);

/** Only where the system that runs in the folder is the one that is asked: a key is not shown to others. */
async function localKey(url: string): Promise<string | null> {
  const asked = new URL(url);
  if (!isLoopback(asked)) return null;
  const record = await readSystemRecord(SYSTEM_DIRECTORY);
  if (record === null || new URL(record.apiUrl).port !== asked.port) return null;
  return readFile(firstKeyPath(SYSTEM_DIRECTORY), 'utf8').then(
    (text) => text.trim(),
    () => null,
  );
}
