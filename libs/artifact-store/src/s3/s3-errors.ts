// Maps failed requests to an S3 server to PortraitErrors, and retries them.
import { setTimeout as sleep } from 'node:timers/promises';
import { PortraitError, toPortraitError } from '@portrait/contracts';

export interface StoreLocation {
  /** `http://host:port` */
  address: string;
  bucket: string;
  /** How far the server's clock was ahead of ours at its last answer; null when unknown. */
  clockAheadMs?: () => number | null;
  signal?: AbortSignal;
}

export const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');

export const isNotFound = (error: unknown): boolean =>
  ['NoSuchKey', 'NotFound', 'NoSuchVersion'].includes(codeOf(error));
export const isUploadGone = (error: unknown): boolean => codeOf(error) === 'NoSuchUpload';

const DENIED_CODES = new Set([
  'AccessDenied',
  'AllAccessDisabled',
  'AccountProblem',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'InvalidTokenId',
  'TokenRefreshRequired',
  'AuthorizationHeaderMalformed',
]);
const FULL_CODES = new Set([
  'XMinioStorageFull',
  'XMinioAdminBucketQuotaExceeded',
  'QuotaExceeded',
  'InsufficientStorage',
  'EntityTooLarge',
  'MethodNotAllowed',
]);
const UNAVAILABLE_CODES = new Set([
  'SlowDown',
  'SlowDownRead',
  'SlowDownWrite',
  'InternalError',
  'ServiceUnavailable',
  'RequestTimeout',
  'OperationAborted',
  'ConditionalRequestConflict',
  'XMinioServerNotInitialized',
  'BadDigest',
  'XAmzContentSHA256Mismatch',
  'IncompleteBody',
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** S3 refuses signatures with a larger difference of clocks. */
const MAX_CLOCK_SKEW_MS = 15 * 60_000;

/** @param doing completes "could not …": `read people/anna/records/portrait.json`. */
export function toStoreError(
  error: unknown,
  doing: string,
  { address, bucket, clockAheadMs, signal }: StoreLocation,
): PortraitError {
  if (error instanceof PortraitError) return error;
  if (signal?.aborted) return new PortraitError('CANCELLED', 'Stopped on request.', { cause: error });
  const code = codeOf(error);
  const reason = reasonOf(error);
  const store = `The store ${address} (bucket ${bucket})`;
  if (code === 'NoSuchBucket')
    return new PortraitError('STORE_UNWRITABLE', `${store} has no such bucket.`, {
      cause: error,
      hint: 'Create the bucket first, or correct its name.',
    });
  const aheadMs = clockAheadMs?.() ?? null;
  // An answer without a body, as to HEAD, carries no code except that it is denied.
  if (
    code === 'RequestTimeTooSkewed' ||
    (DENIED_CODES.has(code) && aheadMs !== null && Math.abs(aheadMs) > MAX_CLOCK_SKEW_MS)
  )
    return clockSkewError(store, aheadMs, error);
  if (DENIED_CODES.has(code))
    return new PortraitError('STORE_UNWRITABLE', `${store} does not permit these credentials to ${doing}: ${reason}`, {
      cause: error,
      hint: 'Check the keys, whether temporary ones have expired, and the policy of this service.',
    });
  if (FULL_CODES.has(code))
    return new PortraitError('STORE_UNWRITABLE', `${store} is full and could not ${doing}: ${reason}`, {
      cause: error,
      hint: 'Free space on the server and run the same command again; finished stages are kept.',
    });
  if (
    UNAVAILABLE_CODES.has(code) ||
    /Retryable HTTP status|socket hang up|CERT|SSL|TLS|self.signed/i.test(`${code} ${reason}`) ||
    /^aborted$/.test(reason)
  ) {
    return new PortraitError('STORE_UNREACHABLE', `${store} does not answer, so it could not ${doing}: ${reason}`, {
      cause: error,
      hint: 'Check that the server is up and that address and port are correct. Finished work is kept.',
    });
  }
  const known = toPortraitError(error);
  if (known.code !== 'INTERNAL') return known;
  return new PortraitError('INTERNAL', `${store} could not ${doing}: ${code} ${reason}`.trim(), { cause: error });
}

function clockSkewError(store: string, aheadMs: number | null, cause: unknown): PortraitError {
  const now = Date.now();
  const text = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  const clocks = aheadMs === null ? '' : `: there it is ${text(now + aheadMs)}, here ${text(now)}`;
  const limit = `${MAX_CLOCK_SKEW_MS / 60_000} minutes`;
  return new PortraitError(
    'STORE_UNWRITABLE',
    `${store} refuses requests because its clock and this machine's differ by more than ${limit}${clocks}.`,
    { cause, hint: 'Set the wrong clock, best by NTP on both machines.' },
  );
}

/** When all addresses of a host fail, only the inner errors have the reason. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error && error.message !== '' ? error.message : codeOf(error) || String(error);
}

export const MAX_ATTEMPTS = 4;
const FIRST_BACKOFF_MS = 200;

/** Retries while the store does not answer. `work` must start from the beginning each time. */
export async function withRetries<T>(where: StoreLocation, doing: string, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const fault = toStoreError(error, doing, where);
      if (fault.code !== 'STORE_UNREACHABLE' || attempt >= MAX_ATTEMPTS) throw fault;
      await backOff(attempt, where);
    }
  }
}

/** Waits 0.2, 0.4, 0.8 s and so on, with jitter up to double, so that workers do not retry at once. */
export async function backOff(attempt: number, { signal }: StoreLocation): Promise<void> {
  const ms = FIRST_BACKOFF_MS * 2 ** (attempt - 1) * (1 + Math.random());
  await sleep(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    throw toPortraitError(error);
  });
}
