// Prepares a bucket: creates it, checks that it is private, and lets abandoned uploads expire. Idempotent.
import { PortraitError } from '@portrait/contracts';
import { SCRATCH_PREFIX } from '../layout.js';
import { Bucket } from './bucket.js';
import type { S3Connection } from './connect.js';
import { codeOf } from './s3-errors.js';

export interface PreparedBucket {
  /** False when the bucket existed. */
  created: boolean;
  /** What removes unfinished uploads: a rule of the bucket, or the server itself (MinIO, after a day). */
  staleUploads: 'rule' | 'server';
}

const RULE = 'portrait-scratch';

/**
 * @throws PortraitError STORE_UNREACHABLE, STORE_UNWRITABLE without permission, INVALID_ARGUMENT for a public bucket
 */
export async function prepareBucket(connection: S3Connection, name: string): Promise<PreparedBucket> {
  const bucket = new Bucket(connection, name);
  const created = await create(bucket, connection.region ?? 'us-east-1');
  await requirePrivate(bucket);
  return { created, staleUploads: await expireScratch(bucket) };
}

function create(bucket: Bucket, region: string): Promise<boolean> {
  return bucket.call('create the bucket', async () => {
    if (await bucket.client.bucketExists(bucket.name)) return false;
    try {
      await bucket.client.makeBucket(bucket.name, region);
      return true;
    } catch (error) {
      if (codeOf(error) === 'BucketAlreadyOwnedByYou') return false;
      throw error;
    }
  });
}

async function requirePrivate(bucket: Bucket): Promise<void> {
  const policy = await bucket.call('read the bucket policy', async () => {
    try {
      return await bucket.client.getBucketPolicy(bucket.name);
    } catch (error) {
      if (codeOf(error) === 'NoSuchBucketPolicy') return '';
      throw error;
    }
  });
  if (policy !== '' && isOpen(policy)) {
    throw new PortraitError(
      'INVALID_ARGUMENT',
      `The bucket ${bucket.name} is open to anyone; a store of people's faces and voices must be private.`,
      { hint: 'Remove the anonymous statements from its policy, or use another bucket.' },
    );
  }
}

function isOpen(policy: string): boolean {
  const { Statement = [] } = JSON.parse(policy) as { Statement?: { Effect?: string; Principal?: unknown }[] };
  const anyone = (principal: unknown): boolean =>
    principal === '*' ||
    (typeof principal === 'object' && principal !== null && Object.values(principal).flat().includes('*'));
  return Statement.some(({ Effect, Principal }) => Effect === 'Allow' && anyone(Principal));
}

type Rule = Record<string, unknown> & { ID?: string };

async function expireScratch(bucket: Bucket): Promise<PreparedBucket['staleUploads']> {
  const found = await bucket.call('read the rules of the bucket', async () => {
    try {
      return (await bucket.client.getBucketLifecycle(bucket.name)) as { Rule?: Rule | Rule[] } | null;
    } catch (error) {
      if (codeOf(error) === 'NoSuchLifecycleConfiguration') return null;
      throw error;
    }
  });
  const others = [found?.Rule ?? []].flat().filter(({ ID }) => ID !== RULE);
  const expire: Rule = {
    ID: RULE,
    Status: 'Enabled',
    Filter: { Prefix: SCRATCH_PREFIX },
    Expiration: { Days: 1 },
    NoncurrentVersionExpiration: { NoncurrentDays: 1 },
  };
  const set = (rule: Rule): Promise<void> =>
    bucket.call('set the rules of the bucket', () =>
      bucket.client.setBucketLifecycle(bucket.name, { Rule: [...others, rule] } as unknown as Parameters<
        typeof bucket.client.setBucketLifecycle
      >[1]),
    );
  try {
    await set({ ...expire, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } });
    return 'rule';
  } catch (error) {
    if (
      !['InvalidArgument', 'MalformedXML', 'InvalidRequest', 'NotImplemented'].includes(codeOf((error as Error).cause))
    )
      throw error;
    await set(expire);
    return 'server';
  }
}
