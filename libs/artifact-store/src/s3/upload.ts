// Brings a local file to its place in the bucket, under the name of its content. The file is read once: what is named is what was sent.
import { randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { PortraitError, type ArtifactFile } from '@portrait/contracts';
import { sha256 } from '../digest.js';
import { inBucket, within, type Owned } from '../layout.js';
import type { Bucket } from './bucket.js';
import { abortAll, copyOnServer, sendInParts, type Limits } from './multipart.js';

/** What another has already brought is not stored again; a small file is then not even sent. */
export async function storeFile(
  bucket: Bucket,
  person: string,
  of: Owned,
  path: string,
  limits: Limits,
): Promise<ArtifactFile> {
  const { size } = await stat(path);
  return size <= limits.singlePutBytes
    ? storeSmall(bucket, person, of, await readFile(path))
    : storeLarge(bucket, person, of, path, size, limits);
}

async function storeSmall(bucket: Bucket, person: string, of: Owned, body: Buffer): Promise<ArtifactFile> {
  const file = { sha256: sha256(body), bytes: body.length };
  const key = inBucket.person(person) + within.blob(of, file.sha256);
  const there = await bucket.head(key);
  if (there === null) await bucket.putIfAbsent(key, body);
  // An object of another size under this name is damaged, and the right bytes are at hand.
  else if (there.bytes !== file.bytes) await bucket.put(key, body);
  return file;
}

async function storeLarge(
  bucket: Bucket,
  person: string,
  of: Owned,
  path: string,
  bytes: number,
  limits: Limits,
): Promise<ArtifactFile> {
  const upload = inBucket.upload(person, randomUUID());
  await bucket.put(upload.note, Buffer.from(JSON.stringify({ bytes })), 'application/json');
  try {
    const file = { sha256: await sendInParts(bucket, upload.data, path, bytes, limits.partBytes), bytes };
    await settle(bucket, person, upload, within.blob(of, file.sha256), bytes, limits);
    return file;
  } finally {
    await closeUpload(bucket, upload).catch(() => undefined);
  }
}

type Upload = ReturnType<typeof inBucket.upload>;

/** Copies the data of an upload to its place, unless the place is taken. */
export async function settle(
  bucket: Bucket,
  person: string,
  upload: Upload,
  name: string,
  bytes: number,
  limits: Limits,
  etag?: string,
): Promise<void> {
  const target = inBucket.person(person) + name;
  if ((await bucket.head(target))?.bytes === bytes) return;
  const source = await bucket.head(upload.data);
  if (source === null || source.bytes !== bytes || (etag !== undefined && source.etag !== etag)) {
    throw new PortraitError('ARTIFACT_CORRUPT', `The upload ${upload.data} is not what was sent any more.`, {
      hint: 'Upload it again.',
    });
  }
  if (bytes > limits.copyBytes) await bucket.put(upload.copying(name), Buffer.alloc(0));
  await copyOnServer(bucket, upload.data, target, bytes, source.etag, limits.copyBytes);
}

/** Removes the data of an upload, finished or not. */
export async function emptyUpload(bucket: Bucket, upload: Upload): Promise<void> {
  await abortAll(bucket, upload.data);
  await bucket.remove((await bucket.list(upload.folder)).map(({ key }) => key).filter((key) => key !== upload.note));
}

/** Removes an upload whole. The note goes last: while it is there, erasing finds what is left. */
export async function closeUpload(bucket: Bucket, upload: Upload): Promise<void> {
  await emptyUpload(bucket, upload);
  await bucket.remove([upload.note]);
}
