// Retries requests that are safe to repeat, when the server is busy, unavailable or does not respond.
import { setTimeout as sleep } from './sleep.js';

const MAX_ATTEMPTS = 6;
const MAX_DELAY_MS = 60_000;

/** Idempotent methods, and requests with an Idempotency-Key. */
const isSafeToRepeat = ({ method, headers }: Request): boolean =>
  ['GET', 'HEAD', 'DELETE'].includes(method) || headers.has('Idempotency-Key');

function waitMs(response: Response | null, attempt: number): number {
  const after = Number(response?.headers.get('Retry-After') ?? Number.NaN);
  return Math.min(MAX_DELAY_MS, Number.isFinite(after) ? after * 1000 : 250 * 2 ** attempt);
}

export function retryingFetch(
  fetch: typeof globalThis.fetch,
  signal?: AbortSignal,
): (request: Request) => Promise<Response> {
  return async (request) => {
    for (let attempt = 1; ; attempt++) {
      // Each attempt needs a copy: a body can be read once.
      const response = await fetch(request.clone()).catch((error: unknown) => {
        if (attempt === MAX_ATTEMPTS || !isSafeToRepeat(request) || signal?.aborted || request.signal.aborted)
          throw error;
        return null;
      });
      // A rate-limited request was not processed, so it is always safe to repeat.
      const again =
        response === null || response.status === 429 || (response.status === 503 && isSafeToRepeat(request));
      if (response !== null && (!again || attempt === MAX_ATTEMPTS)) return response;
      await response?.body?.cancel();
      await sleep(waitMs(response, attempt), signal ?? request.signal);
    }
  };
}
