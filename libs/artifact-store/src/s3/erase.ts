// Deletes all that a bucket holds of one person: every version of every object, and uploads under way.
import { inBucket } from '../layout.js';
import type { Bucket } from './bucket.js';
import { abortAll } from './multipart.js';

export async function erasePerson(bucket: Bucket, person: string): Promise<void> {
  const place = inBucket.person(person);
  const scratch = inBucket.scratch(person);
  // What lies in scratch names the uploads that may be open: MinIO lists those by their exact key only, other servers by prefix.
  for (const { key } of await bucket.list(scratch)) {
    const [id = '', kind, ...name] = key.slice(scratch.length).split('/');
    if (kind === 'copying') await abortAll(bucket, place + name.join('/'));
    else await abortAll(bucket, inBucket.upload(person, id).data);
  }
  for (const prefix of [place, scratch]) {
    await abortAll(bucket, prefix);
    await bucket.removeEveryVersion(prefix);
  }
}
