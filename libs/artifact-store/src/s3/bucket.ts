// One bucket of an S3 server: reads, writes, lists and deletes objects. Every call retries and throws PortraitErrors.
// Uploads in parts are in multipart.ts, names in layout.ts.
import type { Readable } from 'node:stream';
import { createHash } from 'node:crypto';
import { PortraitError, type ArtifactFile } from '@portrait/contracts';
import { connect, addressOf, type S3Client, type S3Connection } from './connect.js';
import {
  MAX_ATTEMPTS,
  backOff,
  codeOf,
  isNotFound,
  toStoreError,
  withRetries,
  type StoreLocation,
} from './s3-errors.js';

export interface Found {
  key: string;
  bytes: number;
}

export class Bucket {
  readonly client: S3Client;
  readonly where: StoreLocation;

  constructor(
    connection: S3Connection,
    readonly name: string,
    signal?: AbortSignal,
  ) {
    this.client = connect(connection, signal);
    this.where = {
      address: addressOf(connection),
      bucket: name,
      clockAheadMs: () => this.client.clockAheadMs,
      ...(signal ? { signal } : {}),
    };
  }

  call<T>(doing: string, work: () => Promise<T>): Promise<T> {
    return withRetries(this.where, doing, work);
  }

  head(key: string): Promise<{ bytes: number; etag: string } | null> {
    return this.call(`look at ${key}`, async () => {
      try {
        const { size, etag } = await this.client.statObject(this.name, key);
        return { bytes: size, etag };
      } catch (error) {
        if (isNotFound(error)) return null;
        throw error;
      }
    });
  }

  read(key: string): Promise<Buffer | null> {
    return this.call(`read ${key}`, async () => {
      try {
        const chunks: Buffer[] = [];
        for await (const chunk of await this.client.getObject(this.name, key)) chunks.push(chunk as Buffer);
        return Buffer.concat(chunks);
      } catch (error) {
        if (isNotFound(error)) return null;
        throw error;
      }
    });
  }

  /**
   * Streams an object and returns its hash and size; null when absent. Resumes a broken connection where it broke.
   * @param take awaited for every chunk
   */
  async stream(key: string, take: (chunk: Buffer) => unknown): Promise<ArtifactFile | null> {
    const hash = createHash('sha256');
    let bytes = 0;
    for (let attempt = 1; ; attempt++) {
      const from = bytes;
      try {
        for await (const chunk of (await this.client.getPartialObject(this.name, key, from)) as Readable) {
          bytes += (chunk as Buffer).length;
          hash.update(chunk as Buffer);
          await take(chunk as Buffer);
        }
        return { sha256: hash.digest('hex'), bytes };
      } catch (error) {
        if (isNotFound(error)) return null;
        // The connection broke after the last byte.
        if (codeOf(error) === 'InvalidRange' && from > 0) return { sha256: hash.digest('hex'), bytes };
        const fault = toStoreError(error, `read ${key}`, this.where);
        if (fault.code !== 'STORE_UNREACHABLE' || (attempt >= MAX_ATTEMPTS && bytes === from)) throw fault;
        if (bytes > from) attempt = 1;
        await backOff(attempt, this.where);
      }
    }
  }

  put(key: string, body: Buffer, contentType = 'application/octet-stream'): Promise<void> {
    return this.call(`write ${key}`, async () => {
      await this.client.putObject(this.name, key, body, body.length, { 'Content-Type': contentType });
    });
  }

  /** False when the object exists; exactly one of several writers creates it. */
  putIfAbsent(key: string, body: Buffer, contentType = 'application/octet-stream'): Promise<boolean> {
    return this.call(`write ${key}`, async () => {
      try {
        await this.client.putObject(this.name, key, body, body.length, {
          'Content-Type': contentType,
          'If-None-Match': '*',
        });
        return true;
      } catch (error) {
        if (codeOf(error) === 'PreconditionFailed') return false;
        // A server without conditional writes: content-addressed objects can be written twice.
        if (codeOf(error) !== 'NotImplemented') throw error;
        await this.client.putObject(this.name, key, body, body.length, { 'Content-Type': contentType });
        return true;
      }
    });
  }

  /** Deletes the newest version of each; absent ones are no error. */
  remove(keys: readonly string[]): Promise<void> {
    return this.#removeAll(keys.map((name) => ({ name })));
  }

  /** Deletes all versions and delete markers below a prefix. @throws PortraitError STORE_UNWRITABLE when some remain */
  async removeEveryVersion(prefix: string): Promise<void> {
    for (let before = ''; ;) {
      const page = await this.call(`list ${prefix}`, () =>
        this.client.listObjectsQuery(this.name, prefix, '', { Delimiter: '', MaxKeys: 1000, IncludeVersion: true }),
      );
      const versions = (page.objects as { name?: string; versionId?: string }[]).flatMap(({ name, versionId }) =>
        name === undefined ? [] : [{ name, ...(versionId ? { versionId } : {}) }],
      );
      if (versions.length === 0) return;
      const first = JSON.stringify(versions[0]);
      if (first === before)
        throw new PortraitError(
          'STORE_UNWRITABLE',
          `The store ${this.where.address} (bucket ${this.name}) still lists ${versions[0]!.name} after deleting it.`,
          { hint: 'Remove the retention rule or lock of the bucket.' },
        );
      before = first;
      await this.#removeAll(versions);
    }
  }

  async #removeAll(objects: { name: string; versionId?: string }[]): Promise<void> {
    if (objects.length === 0) return;
    await this.call(`delete ${objects[0]!.name}`, async () => {
      const refused = await this.client.removeObjects(this.name, objects as Parameters<S3Client['removeObjects']>[1]);
      const [first] = refused.filter((entry) => entry !== undefined && entry !== null) as {
        Code?: string;
        Message?: string;
        Key?: string;
      }[];
      if (first) throw Object.assign(new Error(`${first.Key}: ${first.Message}`), { code: first.Code });
    });
  }

  /** All objects below a prefix. */
  list(prefix: string): Promise<Found[]> {
    return this.call(`list ${prefix}`, async () => (await this.#pages(prefix, '')).objects);
  }

  /** Names of the folders directly below a prefix. */
  folders(prefix: string): Promise<string[]> {
    return this.call(`list ${prefix}`, async () =>
      (await this.#pages(prefix, '/')).prefixes.map((folder) => folder.slice(prefix.length, -1)),
    );
  }

  async #pages(prefix: string, delimiter: string): Promise<{ objects: Found[]; prefixes: string[] }> {
    const objects: Found[] = [];
    const prefixes: string[] = [];
    for await (const item of this.client.listObjectsV2(this.name, prefix, delimiter === '')) {
      const { name, size, prefix: folder } = item as { name?: string; size?: number; prefix?: string };
      if (name !== undefined) objects.push({ key: name, bytes: size ?? 0 });
      else if (folder !== undefined) prefixes.push(folder);
    }
    return { objects, prefixes };
  }
}
