// Deletes everything of one person in a bucket: every version of every object, and uploads in progress.
import { bucketKeys } from '../layout.js';
import type { Bucket } from './bucket.js';
import { abortAll } from './multipart.js';

export async function erasePerson(bucket: Bucket, person: string): Promise<void> {
  const place = bucketKeys.person(person);
  const scratch = bucketKeys.scratch(person);
  // Keys in scratch name the uploads that may be open: MinIO lists open uploads by exact key only, other servers by
  // prefix.
  for (const { key } of await bucket.list(scratch)) {
    const [id = '', kind, ...name] = key.slice(scratch.length).split('/');
    if (kind === 'copying') await abortAll(bucket, place + name.join('/'));
    else await abortAll(bucket, bucketKeys.upload(person, id).data);
  }
  for (const prefix of [place, scratch]) {
    await abortAll(bucket, prefix);
    await bucket.removeEveryVersion(prefix);
  }
}
