// What a failed request to an S3 server means, in the product's words, and whether to try again.
import { setTimeout as sleep } from 'node:timers/promises';
import { PortraitError, toPortraitError } from '@portrait/contracts';

export interface Where {
  /** `http://host:port` */
  address: string;
  bucket: string;
  /** What the server's clock was ahead of ours when it answered last, ms; null when that is not known. */
  clockAheadMs?: () => number | null;
  signal?: AbortSignal;
}

export const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');

export const isAbsent = (error: unknown): boolean => ['NoSuchKey', 'NotFound', 'NoSuchVersion'].includes(codeOf(error));
export const isUploadGone = (error: unknown): boolean => codeOf(error) === 'NoSuchUpload';

const DENIED = new Set([
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
const FULL = new Set([
  'XMinioStorageFull',
  'XMinioAdminBucketQuotaExceeded',
  'QuotaExceeded',
  'InsufficientStorage',
  'EntityTooLarge',
  'MethodNotAllowed',
]);
const AWAY = new Set([
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

/** S3 refuses signatures whose time is farther from its own. */
const SKEW_MS = 15 * 60_000;

/** @param doing completes "could not …": `read people/anna/records/portrait.json`. */
export function s3Fault(
  error: unknown,
  doing: string,
  { address, bucket, clockAheadMs, signal }: Where,
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
  // An answer without a body, as to HEAD, says only that it is denied.
  if (code === 'RequestTimeTooSkewed' || (DENIED.has(code) && aheadMs !== null && Math.abs(aheadMs) > SKEW_MS))
    return skewed(store, aheadMs, error);
  if (DENIED.has(code))
    return new PortraitError('STORE_UNWRITABLE', `${store} does not permit these credentials to ${doing}: ${reason}`, {
      cause: error,
      hint: 'Check the keys, whether temporary ones have expired, and the policy of this service.',
    });
  if (FULL.has(code))
    return new PortraitError('STORE_UNWRITABLE', `${store} takes no more, so it could not ${doing}: ${reason}`, {
      cause: error,
      hint: 'Make room on the server and run the same command again; finished stages are kept.',
    });
  if (
    AWAY.has(code) ||
    /Retryable HTTP status|socket hang up|CERT|SSL|TLS|self.signed/i.test(`${code} ${reason}`) ||
    /^aborted$/.test(reason)
  ) {
    return new PortraitError('STORE_UNREACHABLE', `${store} does not answer, so it could not ${doing}: ${reason}`, {
      cause: error,
      hint: 'Check that the server is up and that address and port are right. What was done is kept.',
    });
  }
  const known = toPortraitError(error);
  if (known.code !== 'INTERNAL') return known;
  return new PortraitError('INTERNAL', `${store} could not ${doing}: ${code} ${reason}`.trim(), { cause: error });
}

function skewed(store: string, aheadMs: number | null, cause: unknown): PortraitError {
  const now = Date.now();
  const clocks =
    aheadMs === null
      ? ''
      : `: there it is ${new Date(now + aheadMs).toISOString().slice(0, 19)}Z, here ${new Date(now).toISOString().slice(0, 19)}Z`;
  return new PortraitError(
    'STORE_UNWRITABLE',
    `${store} refuses requests because its clock and this machine's differ by more than ${SKEW_MS / 60_000} minutes${clocks}.`,
    { cause, hint: 'Set the clock that is wrong, best by NTP on both machines.' },
  );
}

/** Several addresses of one name fail together, and then only the parts say why. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error && error.message !== '' ? error.message : codeOf(error) || String(error);
}

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 200;

/** Does the work again after growing pauses while the store does not answer. `work` must start from the beginning each time. */
export async function persistently<T>(where: Where, doing: string, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const fault = s3Fault(error, doing, where);
      if (fault.code !== 'STORE_UNREACHABLE' || attempt >= ATTEMPTS) throw fault;
      await pause(attempt, where);
    }
  }
}

/** 0.2, 0.4, 0.8 s and so on, each up to double, so that many workers do not come back at once. */
export async function pause(attempt: number, { signal }: Where): Promise<void> {
  const ms = FIRST_PAUSE_MS * 2 ** (attempt - 1) * (1 + Math.random());
  await sleep(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    throw toPortraitError(error);
  });
}
