// Permissions of each service on the bucket, as S3 policy documents.

export type StoreRole = 'stage' | 'api' | 'erase';

export interface PolicyStatement {
  Sid: string;
  Effect: 'Allow';
  Action: string[];
  Resource: string[];
  Condition?: Record<string, Record<string, string[]>>;
}
export interface PolicyDocument {
  Version: '2012-10-17';
  Statement: PolicyStatement[];
}

/**
 * Least privilege of a service:
 * - `stage` reads and writes; deletes checkpoints, records of checkpoints and failures, and uploads in progress.
 * - `api` reads and writes; deletes uploads in progress.
 * - `erase` deletes everything with all versions, and cannot read or write. The API uses it to erase people and unused
 * uploads.
 */
export function servicePolicy(service: StoreRole, bucket: string): PolicyDocument {
  const objects = (...patterns: string[]): string[] => patterns.map((pattern) => `arn:aws:s3:::${bucket}/${pattern}`);
  const allow = (Sid: string, Action: string[], Resource: string[]): PolicyStatement => ({
    Sid,
    Effect: 'Allow',
    Action: Action.map((action) => `s3:${action}`),
    Resource,
  });
  const list: PolicyStatement = {
    ...allow('List', service === 'erase' ? ['ListBucket', 'ListBucketVersions'] : ['ListBucket'], [
      `arn:aws:s3:::${bucket}`,
    ]),
    Condition: { StringLike: { 's3:prefix': ['people/*', 'scratch/*'] } },
  };
  const uploads = [
    allow('ListUploads', ['ListBucketMultipartUploads'], [`arn:aws:s3:::${bucket}`]),
    allow('EndUploads', ['AbortMultipartUpload', 'ListMultipartUploadParts'], objects('people/*', 'scratch/*')),
  ];
  const readAndWrite = allow('ReadAndWrite', ['GetObject', 'PutObject'], objects('people/*', 'scratch/*'));
  const statements: Record<StoreRole, PolicyStatement[]> = {
    stage: [
      readAndWrite,
      allow(
        'DropUnfinished',
        ['DeleteObject'],
        objects('scratch/*', 'people/*/checkpoints/*', 'people/*/records/checkpoints/*', 'people/*/records/failures/*'),
      ),
    ],
    api: [readAndWrite, allow('DropUploads', ['DeleteObject'], objects('scratch/*'))],
    erase: [allow('Erase', ['DeleteObject', 'DeleteObjectVersion'], objects('people/*', 'scratch/*'))],
  };
  return { Version: '2012-10-17', Statement: [list, ...uploads, ...statements[service]] };
}
