// Sends a request again when that is safe and likely to help: the server asks for patience, or did not answer at all.
import { setTimeout as sleep } from './sleep.js';

const ATTEMPTS = 6;
const LONGEST_MS = 60_000;

/** What does nothing twice: a look, a deletion, and whatever carries an Idempotency-Key. */
const isRepeatable = ({ method, headers }: Request): boolean =>
  ['GET', 'HEAD', 'DELETE'].includes(method) || headers.has('Idempotency-Key');

function waitMs(response: Response | null, attempt: number): number {
  const after = Number(response?.headers.get('Retry-After') ?? Number.NaN);
  return Math.min(LONGEST_MS, Number.isFinite(after) ? after * 1000 : 250 * 2 ** attempt);
}

export function patientFetch(
  fetch: typeof globalThis.fetch,
  signal?: AbortSignal,
): (request: Request) => Promise<Response> {
  return async (request) => {
    for (let attempt = 1; ; attempt++) {
      // A body can be read once, so each attempt gets a copy.
      const response = await fetch(request.clone()).catch((error: unknown) => {
        if (attempt === ATTEMPTS || !isRepeatable(request) || signal?.aborted || request.signal.aborted) throw error;
        return null;
      });
      // A request that was refused for coming too fast was not begun.
      const again = response === null || response.status === 429 || (response.status === 503 && isRepeatable(request));
      if (response !== null && (!again || attempt === ATTEMPTS)) return response;
      await response?.body?.cancel();
      await sleep(waitMs(response, attempt), signal ?? request.signal);
    }
  };
}
