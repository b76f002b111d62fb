// Brings a local file to its place in the bucket, under the name of its content. What another has already brought is not sent again.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { PortraitError, type ArtifactFile } from '@portrait/contracts';
import { sha256 } from '../digest.js';
import { inBucket } from '../layout.js';
import type { Bucket } from './bucket.js';
import { abortAll, copyOnServer, sendInParts, type Limits } from './multipart.js';

/** @param name of the bytes within the person's place; @param file what the local file was when it was hashed. */
export async function uploadFile(bucket: Bucket, person: string, name: string, path: string, file: ArtifactFile, limits: Limits): Promise<void> {
  const key = inBucket.person(person) + name;
  const there = await bucket.head(key);
  if (there?.bytes === file.bytes) return;
  if (file.bytes <= limits.singlePutBytes) {
    const body = await readFile(path);
    unchanged(path, sha256(body), file);
    // An object of another size under this name is damaged, and the right bytes are at hand.
    await (there ? bucket.put(key, body) : bucket.putIfAbsent(key, body));
    return;
  }
  const upload = inBucket.upload(person, randomUUID());
  await bucket.put(upload.note, Buffer.from(JSON.stringify({ bytes: file.bytes })), 'application/json');
  try {
    unchanged(path, await sendInParts(bucket, upload.data, path, file.bytes, limits.partBytes), file);
    await settle(bucket, person, upload, name, file.bytes, limits);
  } finally {
    await closeUpload(bucket, upload).catch(() => undefined);
  }
}

type Upload = ReturnType<typeof inBucket.upload>;

/** Copies the data of an upload to its place. */
export async function settle(bucket: Bucket, person: string, upload: Upload, name: string, bytes: number, limits: Limits, etag?: string): Promise<void> {
  const source = await bucket.head(upload.data);
  if (source === null || source.bytes !== bytes || (etag !== undefined && source.etag !== etag)) {
    throw new PortraitError('ARTIFACT_CORRUPT', `The upload ${upload.data} is not what was sent any more.`, { hint: 'Upload it again.' });
  }
  if (bytes > limits.copyBytes) await bucket.put(upload.copying(name), Buffer.alloc(0));
  await copyOnServer(bucket, upload.data, inBucket.person(person) + name, bytes, source.etag, limits.copyBytes);
}

/** Removes an upload, finished or not. The note goes last: while it is there, erasing finds what is left. */
export async function closeUpload(bucket: Bucket, upload: Upload): Promise<void> {
  await abortAll(bucket, upload.data);
  const objects = (await bucket.list(upload.folder)).map(({ key }) => key);
  await bucket.remove(objects.filter((key) => key !== upload.note));
  await bucket.remove([upload.note]);
}

function unchanged(path: string, found: string, file: ArtifactFile): void {
  if (found !== file.sha256) throw new PortraitError('INTERNAL', `${path} was changed while it was brought to the store.`, { at: { file: path }, hint: 'Nobody may write to a draft after its commit has begun.' });
}
