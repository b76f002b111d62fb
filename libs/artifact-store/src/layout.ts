// Names of everything in a store. Folders and buckets use the same names, so that one can be copied to the other.
//   people/<person>/blobs/<aa>/<sha256>      bytes
//   people/<person>/artifacts/<digest>.json  manifests
//   people/<person>/checkpoints/<run>/…      blobs and manifests of checkpoints, the only bytes a runner may delete
//   people/<person>/records/<name>.json      run reports and other documents
//   scratch/<person>/<id>/…                  uploads in progress (buckets only)
import { PortraitError, type ArtifactRef } from '@portrait/contracts';

const PERSON = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const RECORD = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;

export const isPersonName = (name: string): boolean => PERSON.test(name);

/** @throws PortraitError INVALID_ARGUMENT */
export function checkPerson(person: string): string {
  if (!isPersonName(person))
    throw new PortraitError(
      'INVALID_ARGUMENT',
      `"${person}" is not a valid name of a person: use lower-case letters, digits, - and _, at most 64.`,
    );
  return person;
}

/** @throws PortraitError INVALID_ARGUMENT */
export function checkRecordName(name: string): string {
  if (!RECORD.test(name) || name.includes('..') || name.length > 500)
    throw new PortraitError('INVALID_ARGUMENT', `"${name}" is not a valid name of a record.`);
  return name;
}

/** The artifact a key belongs to. */
export type Owned = Pick<ArtifactRef, 'kind' | 'run'>;

const area = ({ kind, run }: Owned): string =>
  kind !== 'checkpoint' ? '' : run === undefined ? 'checkpoints/' : `checkpoints/${run}/`;

/** Keys below the prefix of one person. */
export const personKeys = {
  blob: (of: Owned, sha256: string): string => `${area(of)}blobs/${sha256.slice(0, 2)}/${sha256}`,
  manifest: (of: Owned, digest: string): string => `${area(of)}artifacts/${digest}.json`,
  record: (name: string): string => `records/${checkRecordName(name)}.json`,
};

/** Uploads in progress have a top-level prefix, because servers expire objects by prefix only. */
export const PEOPLE_PREFIX = 'people/';
export const SCRATCH_PREFIX = 'scratch/';

export const bucketKeys = {
  person: (person: string): string => `${PEOPLE_PREFIX}${person}/`,
  scratch: (person: string): string => `${SCRATCH_PREFIX}${person}/`,
  /**
   * `note` exists before the first byte of `data` and marks a possibly open upload: MinIO does not list those by
   * prefix.
   */
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

const UPLOAD_KEY = /^scratch\/([a-z0-9][a-z0-9_-]{0,63})\/([0-9a-f-]{36})\/data$/;

/** The upload whose data has this key. @throws PortraitError INVALID_ARGUMENT */
export function parseUploadKey(key: string): { person: string; id: string } {
  const [, person, id] = UPLOAD_KEY.exec(key) ?? [];
  if (person === undefined || id === undefined)
    throw new PortraitError('INVALID_ARGUMENT', `"${key}" is not the key of an upload.`);
  return { person, id };
}
