// Fetches a file of a remote store by its link, and compares its hash before it gets its name.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256File } from '@portrait/artifact-store';
import { PortraitError, toPortraitError } from '@portrait/contracts';
import { writeAtomically } from '../portrait/publish-file.js';
import type { StoredFile } from './api-types.js';
import type { Remote } from './connect.js';

const ATTEMPTS = 4;
const WAIT_MS = 500;

/** @param find asked anew for each attempt: links expire */
export async function download(
  remote: Remote,
  find: () => Promise<StoredFile>,
  path: string,
  signal: AbortSignal,
): Promise<StoredFile> {
  for (let attempt = 1; ; attempt++) {
    const file = await find();
    try {
      await fetchTo(remote, file, path, signal);
      return file;
    } catch (thrown) {
      const error = toPortraitError(thrown);
      if (signal.aborted || !error.class.retryable || error.code === 'STORE_UNWRITABLE' || attempt === ATTEMPTS)
        throw error;
      await sleep(WAIT_MS * 2 ** attempt, undefined, { signal });
    }
  }
}

/** True when the very file lies there already. */
export async function isThere(path: string, { bytes, sha256 }: Pick<StoredFile, 'bytes' | 'sha256'>): Promise<boolean> {
  const info = await stat(path).catch(() => null);
  return info?.isFile() === true && info.size === bytes && (await sha256File(path)).sha256 === sha256;
}

async function fetchTo(
  { client }: Remote,
  { name, bytes, sha256, link }: StoredFile,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  if (link === null)
    throw new PortraitError('STORE_UNREACHABLE', `There is no link to ${name} now: the store does not answer.`, {
      hint: 'Run the same command again later.',
    });
  const response = await client.fetchWithoutKey(link.url, { signal }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new PortraitError(
      'STORE_UNREACHABLE',
      `${name} cannot be fetched: ${(error as { cause?: Error }).cause?.message ?? (error as Error).message}`,
      { cause: error, hint: 'Look whether the object store can be reached from here.' },
    );
  });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new PortraitError('STORE_UNREACHABLE', `${name} cannot be fetched: the store answered ${response.status}.`, {
      hint: 'Run the same command again: the render is done and only fetched.',
    });
  }
  const hash = createHash('sha256');
  let arrived = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _, next) {
      hash.update(chunk);
      arrived += chunk.length;
      next(null, chunk);
    },
  });
  await writeAtomically(path, async (temporary) => {
    await pipeline(Readable.fromWeb(response.body as never), measure, createWriteStream(temporary), { signal }).catch(
      (error: unknown) => {
        const known = toPortraitError(error);
        if (signal.aborted || known.code === 'STORE_UNWRITABLE') throw known;
        throw new PortraitError(
          'STORE_UNREACHABLE',
          `${name} broke off after ${arrived} of ${bytes} bytes: ${known.message}`,
          { cause: error, hint: 'Run the same command again.' },
        );
      },
    );
    if (arrived !== bytes || hash.digest('hex') !== sha256)
      throw new PortraitError(
        'ARTIFACT_CORRUPT',
        `What was fetched of ${name} is not what was rendered: its sha256 differs.`,
        {
          hint: 'Run the same command again; if it happens again, something between here and the store changes files.',
        },
      );
  });
}
