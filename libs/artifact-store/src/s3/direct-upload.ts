// Uploads from a browser or script directly to the bucket, in parts with one link each, that become artifacts
// afterwards.
import { randomUUID } from 'node:crypto';
import { PortraitError, type ArtifactKind, type ArtifactRef } from '@portrait/contracts';
import { artifactRef } from '../digest.js';
import { checkNames } from '../draft.js';
import { checkPerson, bucketKeys, parseUploadKey, personKeys } from '../layout.js';
import type { UploadId, UploadPart, UploadRequest, UploadTicket } from '../remote-port.js';
import type { Bucket } from './bucket.js';
import { isUploadGone } from './s3-errors.js';
import { abortParts, beginParts, completeParts, splitIntoParts, type TransferLimits } from './multipart.js';
import type { PresignedLinks } from './presign.js';
import { deleteUpload, deleteUploadData, publishUpload } from './upload.js';

const LINK_SECONDS = 6 * 3600;

interface Note {
  bytes: number;
  partBytes: number;
  sha256?: string;
  /** The artifact it was adopted as. */
  adopted?: ArtifactRef;
}

export class DirectUploads {
  constructor(
    private readonly bucket: Bucket,
    private readonly links: PresignedLinks,
    private readonly limits: TransferLimits,
  ) {}

  async begin({ person, bytes, contentType, sha256 }: UploadRequest): Promise<UploadTicket> {
    checkPerson(person);
    if (!Number.isSafeInteger(bytes) || bytes < 1)
      throw new PortraitError(
        'INVALID_ARGUMENT',
        `An upload cannot have ${bytes} bytes: state the size of the file, at least 1.`,
      );
    const upload = bucketKeys.upload(person, randomUUID());
    const note: Note = {
      bytes,
      partBytes: splitIntoParts(bytes, this.limits.partBytes)[0]!.bytes,
      ...(sha256 === undefined ? {} : { sha256 }),
    };
    await this.#write(upload.note, note);
    return this.#ticket(
      { key: upload.data, uploadId: await beginParts(this.bucket, upload.data, contentType) },
      note,
      new Map(),
    );
  }

  async list(id: UploadId): Promise<UploadTicket> {
    const note = await this.#note(id.key);
    if (note.adopted || (await this.bucket.head(id.key))) return this.#ticket(id, note, null);
    return this.#ticket(id, note, new Map((await this.#arrived(id)).map((part) => [part.number, part.bytes])));
  }

  async complete(id: UploadId): Promise<void> {
    const note = await this.#note(id.key);
    if (note.adopted || (await this.bucket.head(id.key))?.bytes === note.bytes) return;
    const arrived = await this.#arrived(id);
    const bytes = arrived.reduce((sum, part) => sum + part.bytes, 0);
    if (bytes !== note.bytes)
      throw new PortraitError('INVALID_ARGUMENT', `Of the ${note.bytes} bytes announced, ${bytes} have arrived.`, {
        hint: 'Send the missing parts that listParts names, or begin again with the correct size.',
      });
    await completeParts(this.bucket, id.key, id.uploadId, arrived, note.bytes);
  }

  async abort({ key, uploadId }: UploadId): Promise<void> {
    const { person, id } = parseUploadKey(key);
    await abortParts(this.bucket, key, uploadId);
    await deleteUpload(this.bucket, bucketKeys.upload(person, id));
  }

  async adopt<K extends ArtifactKind>(kind: K, name: string, key: string): Promise<ArtifactRef<K>> {
    const { person, id } = parseUploadKey(key);
    checkNames(kind, { [name]: key });
    const upload = bucketKeys.upload(person, id);
    const note = await this.#note(key);
    const before = await this.bucket.head(key);
    const found = before && (await this.bucket.stream(key, () => undefined));
    if (!before || !found) {
      // Adopted before, perhaps concurrently.
      const { adopted } = await this.#note(key);
      if (adopted) return adoptedAs(adopted, kind, name, key);
      throw new PortraitError('NOT_FOUND', `The upload ${key} is not complete.`, {
        hint: 'Send the missing parts and complete it first.',
      });
    }
    if (note.sha256 !== undefined && note.sha256 !== found.sha256) {
      await deleteUpload(this.bucket, upload);
      throw new PortraitError(
        'INVALID_ARGUMENT',
        `The upload's sha256 is ${found.sha256}, not the ${note.sha256} announced.`,
        { hint: 'Upload the file again.' },
      );
    }
    const files = { [name]: found };
    const ref = artifactRef(kind, files);
    const blob = personKeys.blob({ kind }, found.sha256);
    const place = bucketKeys.person(person);
    await publishUpload(this.bucket, person, upload, blob, found.bytes, this.limits, before.etag);
    await this.bucket.putIfAbsent(
      place + personKeys.manifest({ kind }, ref.digest),
      Buffer.from(JSON.stringify(ref)),
      'application/json',
    );
    await this.#write(upload.note, { ...note, adopted: ref });
    await deleteUploadData(this.bucket, upload);
    return ref;
  }

  /** @param arrived part number → bytes received; null for a completed upload */
  async #ticket(id: UploadId, note: Note, arrived: ReadonlyMap<number, number> | null): Promise<UploadTicket> {
    const parts: UploadPart[] = [];
    for (const { number, bytes } of splitIntoParts(note.bytes, note.partBytes)) {
      const done = arrived === null || arrived.get(number) === bytes;
      parts.push({ number, bytes, done, url: done ? null : await this.links.putPart(id, number, LINK_SECONDS) });
    }
    return {
      ...id,
      partBytes: note.partBytes,
      parts,
      expiresAt: new Date(Date.now() + LINK_SECONDS * 1000).toISOString(),
    };
  }

  async #note(key: string): Promise<Note> {
    const { person, id } = parseUploadKey(key);
    const body = await this.bucket.read(bucketKeys.upload(person, id).note);
    if (body === null) throw this.#gone(key);
    return JSON.parse(body.toString('utf8')) as Note;
  }

  #write(key: string, note: Note): Promise<void> {
    return this.bucket.put(key, Buffer.from(JSON.stringify(note)), 'application/json');
  }

  #arrived({ key, uploadId }: UploadId): Promise<{ number: number; bytes: number; etag: string }[]> {
    return this.bucket.call(`list the parts of ${key}`, async () => {
      try {
        return (await this.bucket.client.listParts(this.bucket.name, key, uploadId)).map(({ part, size, etag }) => ({
          number: part,
          bytes: size,
          etag,
        }));
      } catch (error) {
        if (isUploadGone(error)) throw this.#gone(key);
        throw error;
      }
    });
  }

  #gone(key: string): PortraitError {
    return new PortraitError('NOT_FOUND', `There is no upload ${key}: it was finished, aborted, or expired.`, {
      hint: 'Begin it again.',
    });
  }
}

function adoptedAs<K extends ArtifactKind>(ref: ArtifactRef, kind: K, name: string, key: string): ArtifactRef<K> {
  if (ref.kind === kind && ref.files[name]) return ref as ArtifactRef<K>;
  throw new PortraitError('INVALID_ARGUMENT', `The upload ${key} has already become a ${ref.kind}.`);
}
