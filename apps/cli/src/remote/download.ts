// Downloads a file of a remote store by its link and verifies its hash before it gets its final name.
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

const MAX_ATTEMPTS = 4;
const WAIT_MS = 500;

/** @param find returns a fresh link for each attempt, because links expire */
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
      if (signal.aborted || !error.class.retryable || error.code === 'STORE_UNWRITABLE' || attempt === MAX_ATTEMPTS)
        throw error;
      await sleep(WAIT_MS * 2 ** attempt, undefined, { signal });
    }
  }
}

/** True when `path` already has the same size and hash. */
export async function isDownloaded(
  path: string,
  { bytes, sha256 }: Pick<StoredFile, 'bytes' | 'sha256'>,
): Promise<boolean> {
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
    throw new PortraitError(
      'STORE_UNREACHABLE',
      `There is no link to ${name}: the store of the remote system does not answer.`,
      {
        hint: 'Run the same command again later.',
      },
    );
  const response = await client.fetchWithoutKey(link.url, { signal }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new PortraitError(
      'STORE_UNREACHABLE',
      `${name} cannot be fetched: ${(error as { cause?: Error }).cause?.message ?? (error as Error).message}`,
      { cause: error, hint: 'Check that this machine can reach the object store.' },
    );
  });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new PortraitError('STORE_UNREACHABLE', `${name} cannot be fetched: the store answered ${response.status}.`, {
      hint: 'Run the same command again; it only downloads the finished render.',
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
          `The download of ${name} stopped after ${arrived} of ${bytes} bytes: ${known.message}`,
          { cause: error, hint: 'Run the same command again.' },
        );
      },
    );
    if (arrived !== bytes || hash.digest('hex') !== sha256)
      throw new PortraitError(
        'ARTIFACT_CORRUPT',
        `The downloaded ${name} differs from the rendered file: its sha256 does not match.`,
        { hint: 'Run the same command again. If it fails again, look for a proxy that modifies files.' },
      );
  });
}
