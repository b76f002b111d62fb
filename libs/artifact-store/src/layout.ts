// Names of everything a store keeps, the same in a folder and in a bucket: a folder copied to a bucket is that store, and back.
//   people/<person>/blobs/<aa>/<sha256>          bytes           people/<person>/artifacts/<digest>.json   what belongs together
//   people/<person>/checkpoints/<run>/…          the same two for checkpoints, by run: the only bytes a runner may delete
//   people/<person>/records/<name>.json          run reports …   scratch/<person>/<id>/…                   uploads under way (buckets only)
import { PortraitError, type ArtifactRef } from '@portrait/contracts';

const PERSON = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const RECORD = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;

export const isPersonName = (name: string): boolean => PERSON.test(name);

/** @throws PortraitError INVALID_ARGUMENT */
export function checkPerson(person: string): string {
  if (!isPersonName(person))
    throw new PortraitError(
      'INVALID_ARGUMENT',
      `"${person}" is not a person's name: lower-case letters, digits, - and _, at most 64.`,
    );
  return person;
}

/** @throws PortraitError INVALID_ARGUMENT */
export function checkRecordName(name: string): string {
  if (!RECORD.test(name) || name.includes('..') || name.length > 500)
    throw new PortraitError('INVALID_ARGUMENT', `"${name}" is not the name of a record.`);
  return name;
}

/** Whose place it is: an artifact, or one to be. */
export type Owned = Pick<ArtifactRef, 'kind' | 'run'>;

const area = ({ kind, run }: Owned): string =>
  kind !== 'checkpoint' ? '' : run === undefined ? 'checkpoints/' : `checkpoints/${run}/`;

/** Names below the place of one person. */
export const within = {
  blob: (of: Owned, sha256: string): string => `${area(of)}blobs/${sha256.slice(0, 2)}/${sha256}`,
  manifest: (of: Owned, digest: string): string => `${area(of)}artifacts/${digest}.json`,
  record: (name: string): string => `records/${checkRecordName(name)}.json`,
};

/** Names in a bucket. Uploads under way have a top-level prefix, because servers expire objects by prefix only. */
export const PEOPLE_PREFIX = 'people/';
export const SCRATCH_PREFIX = 'scratch/';

export const inBucket = {
  person: (person: string): string => `${PEOPLE_PREFIX}${person}/`,
  scratch: (person: string): string => `${SCRATCH_PREFIX}${person}/`,
  /** `note` is there before the first byte of `data` and says that an upload to it may be open; a server need not list those by prefix (MinIO does not). */
  upload: (person: string, id: string) => {
    const folder = `${SCRATCH_PREFIX}${person}/${id}/`;
    return {
      folder,
      note: `${folder}upload.json`,
      data: `${folder}data`,
      copying: (name: string) => `${folder}copying/${name}`,
    };
  },
};

const UPLOAD = /^scratch\/([a-z0-9][a-z0-9_-]{0,63})\/([0-9a-f-]{36})\/data$/;

/** The upload that `key` is the data of. @throws PortraitError INVALID_ARGUMENT */
export function parseUploadKey(key: string): { person: string; id: string } {
  const [, person, id] = UPLOAD.exec(key) ?? [];
  if (person === undefined || id === undefined)
    throw new PortraitError('INVALID_ARGUMENT', `"${key}" is not the key of an upload.`);
  return { person, id };
}
