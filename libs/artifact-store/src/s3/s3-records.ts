// JSON documents as objects; a put replaces the whole object.
import { toPortraitError } from '@portrait/contracts';
import { corruptRecordError } from '../store-errors.js';
import { checkRecordName, bucketKeys, personKeys } from '../layout.js';
import type { RecordStore } from '../port.js';
import type { Bucket } from './bucket.js';

export function openS3Records(bucket: Bucket, person: string): RecordStore {
  const root = bucketKeys.person(person);
  const folder = `${root}records/`;
  return {
    async get(name) {
      const key = root + personKeys.record(name);
      const body = await bucket.read(key);
      if (body === null) return null;
      try {
        return JSON.parse(body.toString('utf8')) as unknown;
      } catch (error) {
        throw corruptRecordError(name, key, error);
      }
    },
    async put(name, value) {
      const key = root + personKeys.record(name);
      await bucket
        .put(key, Buffer.from(`${JSON.stringify(value, null, 2)}\n`), 'application/json')
        .catch((error: unknown) => {
          throw toPortraitError(error);
        });
    },
    async delete(name) {
      await bucket.remove([root + personKeys.record(name)]);
    },
    async list(prefix) {
      const base = prefix === '' ? folder : `${folder}${checkRecordName(prefix)}/`;
      return (await bucket.list(base))
        .flatMap(({ key }) => (key.endsWith('.json') ? [key.slice(folder.length, -'.json'.length)] : []))
        .sort();
    },
  };
}
