// Uploads a local file to its content-addressed key. The file is read once, so that the hash is of the bytes sent.
import { randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { PortraitError, type ArtifactFile } from '@portrait/contracts';
import { sha256 } from '../digest.js';
import { bucketKeys, personKeys, type Owned } from '../layout.js';
import type { Bucket } from './bucket.js';
import { abortAll, copyOnServer, sendInParts, type TransferLimits } from './multipart.js';

/** Stores a file once; a small file that exists is not sent. */
export async function storeFile(
  bucket: Bucket,
  person: string,
  of: Owned,
  path: string,
  limits: TransferLimits,
): Promise<ArtifactFile> {
  const { size } = await stat(path);
  return size <= limits.singlePutBytes
    ? storeSmall(bucket, person, of, await readFile(path))
    : storeLarge(bucket, person, of, path, size, limits);
}

async function storeSmall(bucket: Bucket, person: string, of: Owned, body: Buffer): Promise<ArtifactFile> {
  const file = { sha256: sha256(body), bytes: body.length };
  const key = bucketKeys.person(person) + personKeys.blob(of, file.sha256);
  const there = await bucket.head(key);
  if (there === null) await bucket.putIfAbsent(key, body);
  // An object of another size is damaged; replace it.
  else if (there.bytes !== file.bytes) await bucket.put(key, body);
  return file;
}

async function storeLarge(
  bucket: Bucket,
  person: string,
  of: Owned,
  path: string,
  bytes: number,
  limits: TransferLimits,
): Promise<ArtifactFile> {
  const upload = bucketKeys.upload(person, randomUUID());
  await bucket.put(upload.note, Buffer.from(JSON.stringify({ bytes })), 'application/json');
  try {
    const file = { sha256: await sendInParts(bucket, upload.data, path, bytes, limits.partBytes), bytes };
    await publishUpload(bucket, person, upload, personKeys.blob(of, file.sha256), bytes, limits);
    return file;
  } finally {
    await deleteUpload(bucket, upload).catch(() => undefined);
  }
}

type Upload = ReturnType<typeof bucketKeys.upload>;

/** Copies the data of an upload to its key, unless an object of this size exists. */
export async function publishUpload(
  bucket: Bucket,
  person: string,
  upload: Upload,
  name: string,
  bytes: number,
  limits: TransferLimits,
  etag?: string,
): Promise<void> {
  const target = bucketKeys.person(person) + name;
  if ((await bucket.head(target))?.bytes === bytes) return;
  const source = await bucket.head(upload.data);
  if (source === null || source.bytes !== bytes || (etag !== undefined && source.etag !== etag)) {
    throw new PortraitError('ARTIFACT_CORRUPT', `The upload ${upload.data} has changed since it was sent.`, {
      hint: 'Upload it again.',
    });
  }
  if (bytes > limits.copyBytes) await bucket.put(upload.copying(name), Buffer.alloc(0));
  await copyOnServer(bucket, upload.data, target, bytes, source.etag, limits.copyBytes);
}

/** Deletes the data of an upload, finished or not. */
export async function deleteUploadData(bucket: Bucket, upload: Upload): Promise<void> {
  await abortAll(bucket, upload.data);
  await bucket.remove((await bucket.list(upload.folder)).map(({ key }) => key).filter((key) => key !== upload.note));
}

/** Deletes an upload. The note is last: until then, erasing finds the rest. */
export async function deleteUpload(bucket: Bucket, upload: Upload): Promise<void> {
  await deleteUploadData(bucket, upload);
  await bucket.remove([upload.note]);
}
