// Names of everything a store keeps, the same in a folder and in a bucket: a folder copied to a bucket is that store, and back.
//   people/<person>/blobs/<aa>/<sha256>          bytes           people/<person>/artifacts/<digest>.json   what belongs together
//   people/<person>/checkpoints/…                the same two for checkpoints: the only bytes a runner may delete
//   people/<person>/records/<name>.json          run reports …   scratch/<person>/<id>/…                   unfinished uploads (buckets only)
import { PortraitError, type ArtifactKind } from '@portrait/contracts';

const PERSON = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const RECORD = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;

export const isPersonName = (name: string): boolean => PERSON.test(name);

/** @throws PortraitError INVALID_ARGUMENT */
export function checkPerson(person: string): string {
  if (!isPersonName(person)) throw new PortraitError('INVALID_ARGUMENT', `"${person}" is not a person's name: lower-case letters, digits, - and _, at most 64.`);
  return person;
}

/** @throws PortraitError INVALID_ARGUMENT */
export function checkRecordName(name: string): string {
  if (!RECORD.test(name) || name.includes('..') || name.length > 500) throw new PortraitError('INVALID_ARGUMENT', `"${name}" is not the name of a record.`);
  return name;
}

const area = (kind: ArtifactKind): string => (kind === 'checkpoint' ? 'checkpoints/' : '');

/** Names below the place of one person. */
export const within = {
  blob: (kind: ArtifactKind, sha256: string): string => `${area(kind)}blobs/${sha256.slice(0, 2)}/${sha256}`,
  manifest: (kind: ArtifactKind, digest: string): string => `${area(kind)}artifacts/${digest}.json`,
  record: (name: string): string => `records/${checkRecordName(name)}.json`,
};
