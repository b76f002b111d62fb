// Uploads and copies in parts, always under a key that no second writer uses: servers mix parts of concurrent uploads.
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import type { Bucket } from './bucket.js';
import { isUploadGone } from './s3-errors.js';

export interface TransferLimits {
  /** Files up to this size are one request. */
  singlePutBytes: number;
  /** At least 5 MiB, the minimum of servers. */
  partBytes: number;
  /** The server copies up to this size in one request. S3 allows 5 GiB, but such a copy exceeds the idle timeout. */
  copyBytes: number;
}

const MiB = 2 ** 20;
export const DEFAULT_LIMITS: TransferLimits = { singlePutBytes: 64 * MiB, partBytes: 16 * MiB, copyBytes: 1024 * MiB };
const MAX_PARTS = 10_000;
const MAX_CONCURRENT_PARTS = 4;

export interface Part {
  number: number;
  etag: string;
}
export interface PartRange {
  number: number;
  start: number;
  bytes: number;
}

/** Splits into parts of equal size, the last one shorter; at most MAX_PARTS. */
export function splitIntoParts(bytes: number, partBytes: number): PartRange[] {
  const size = Math.max(partBytes, Math.ceil(bytes / MAX_PARTS / MiB) * MiB);
  return Array.from({ length: Math.max(1, Math.ceil(bytes / size)) }, (_, i) => ({
    number: i + 1,
    start: i * size,
    bytes: Math.min(size, bytes - i * size),
  }));
}

export function beginParts(bucket: Bucket, key: string, contentType = 'application/octet-stream'): Promise<string> {
  return bucket.call(`begin the upload of ${key}`, () =>
    bucket.client.initiateNewMultipartUpload(bucket.name, key, { 'Content-Type': contentType }),
  );
}

/** @param bytes of the whole, to detect that a lost answer was a success */
export function completeParts(
  bucket: Bucket,
  key: string,
  uploadId: string,
  parts: Part[],
  bytes: number,
): Promise<void> {
  return bucket.call(`complete the upload of ${key}`, async () => {
    try {
      await bucket.client.completeMultipartUpload(
        bucket.name,
        key,
        uploadId,
        [...parts].sort((a, b) => a.number - b.number).map(({ number, etag }) => ({ part: number, etag })),
      );
    } catch (error) {
      if (!isUploadGone(error) || (await bucket.head(key))?.bytes !== bytes) throw error;
    }
  });
}

/** Aborts an upload and deletes its parts. Idempotent. */
export function abortParts(bucket: Bucket, key: string, uploadId: string): Promise<void> {
  return bucket.call(`abort the upload of ${key}`, async () => {
    await bucket.client.abortMultipartUpload(bucket.name, key, uploadId).catch((error: unknown) => {
      if (!isUploadGone(error)) throw error;
    });
  });
}

/** Aborts all uploads to `key`, or below it where the server lists by prefix. */
export async function abortAll(bucket: Bucket, key: string): Promise<void> {
  const aborted = new Set<string>();
  for (;;) {
    const { uploads } = await bucket.call(`list the uploads of ${key}`, () =>
      bucket.client.listIncompleteUploadsQuery(bucket.name, key, '', '', ''),
    );
    // Servers may list aborted uploads for a while.
    const open = uploads.filter(({ uploadId }) => !aborted.has(uploadId));
    if (open.length === 0) return;
    for (const upload of open) {
      await abortParts(bucket, upload.key, upload.uploadId);
      aborted.add(upload.uploadId);
    }
  }
}

/** Sends a file as the object `key` and returns the sha256 of what was sent. */
export async function sendInParts(
  bucket: Bucket,
  key: string,
  path: string,
  bytes: number,
  partBytes: number,
): Promise<string> {
  const hash = createHash('sha256');
  await using file = await open(path);
  await sendParts(
    bucket,
    key,
    bytes,
    readParts(file, splitIntoParts(bytes, partBytes), hash),
    async ({ number, body }, uploadID) => {
      const { etag } = await bucket.client.uploadPart(
        { bucketName: bucket.name, objectName: key, uploadID, partNumber: number, headers: {} },
        body,
      );
      return { number, etag };
    },
  );
  return hash.digest('hex');
}

/** Copies on the server, in parts when large. @param etag of the source; the copy fails if the source has changed */
export async function copyOnServer(
  bucket: Bucket,
  source: string,
  target: string,
  bytes: number,
  etag: string,
  copyBytes: number,
): Promise<void> {
  const from = { 'x-amz-copy-source': `/${bucket.name}/${source}`, 'x-amz-copy-source-if-match': etag };
  if (bytes <= copyBytes) {
    await bucket.call(`copy ${source} to ${target}`, async () => {
      await bucket.client.makeRequestAsyncOmit({
        method: 'PUT',
        bucketName: bucket.name,
        objectName: target,
        headers: from,
      });
      // A copy can fail after its answer has begun with "200 OK".
      if ((await bucket.head(target))?.bytes !== bytes)
        throw Object.assign(new Error('the copy was not finished'), { code: 'InternalError' });
    });
    return;
  }
  await sendParts(
    bucket,
    target,
    bytes,
    splitIntoParts(bytes, copyBytes),
    async ({ number, start, bytes: length }, uploadID) => {
      const range = { 'x-amz-copy-source-range': `bytes=${start}-${start + length - 1}` };
      const { etag: part } = await bucket.client.uploadPart({
        bucketName: bucket.name,
        objectName: target,
        uploadID,
        partNumber: number,
        headers: { ...from, ...range },
      });
      return { number, etag: part };
    },
  );
}

async function sendParts<T extends { number: number }>(
  bucket: Bucket,
  key: string,
  bytes: number,
  pieces: Iterable<T> | AsyncIterable<T>,
  send: (piece: T, uploadId: string) => Promise<Part>,
): Promise<void> {
  const uploadId = await beginParts(bucket, key);
  try {
    const parts: Part[] = [];
    await forEachConcurrently(pieces, async (piece) => {
      parts.push(await bucket.call(`write part ${piece.number} of ${key}`, () => send(piece, uploadId)));
    });
    await completeParts(bucket, key, uploadId, parts, bytes);
  } catch (error) {
    await abortParts(bucket, key, uploadId).catch(() => undefined);
    throw error;
  }
}

async function* readParts(
  file: FileHandle,
  pieces: PartRange[],
  hash: { update(chunk: Buffer): unknown },
): AsyncGenerator<{ number: number; body: Buffer }> {
  for (const { number, start, bytes } of pieces) {
    const body = Buffer.allocUnsafe(bytes);
    let filled = 0;
    while (filled < bytes) {
      const { bytesRead } = await file.read(body, filled, bytes - filled, start + filled);
      if (bytesRead === 0) throw new Error('the file became shorter while it was read');
      filled += bytesRead;
    }
    hash.update(body);
    yield { number, body };
  }
}

/** Processes a few items at a time; starts no further one after a failure. */
async function forEachConcurrently<T>(
  items: Iterable<T> | AsyncIterable<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = (async function* () {
    yield* items;
  })();
  const workers = Array.from({ length: MAX_CONCURRENT_PARTS }, async () => {
    for await (const item of { [Symbol.asyncIterator]: () => ({ next: () => queue.next() }) }) await work(item);
  });
  const failed = (
    await Promise.allSettled(
      workers.map((worker) =>
        worker.catch(async (error: unknown) => {
          await queue.return(undefined);
          throw error;
        }),
      ),
    )
  ).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
