// Retries with exponential backoff until a server is available: the services of one system start in any order.
import { setTimeout as sleep } from 'node:timers/promises';
import { toPortraitError, type Logger } from '@portrait/contracts';

const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 10_000;

/** Dependencies this process waits for, with the reason. */
const waiting = new Map<string, string>();

/** Reason for `/readyz`, for example "waiting for Temporal at host:7233: …". Null when nothing is pending. */
export function pendingDependencies(): string | null {
  return waiting.size === 0 ? null : [...waiting].map(([what, why]) => `waiting for ${what}: ${why}`).join('; ');
}

/** Retries `work` while its failures are retryable by the error table and `signal` is not aborted. */
export async function retryUntilAvailable<T>(
  what: string,
  log: Logger,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  try {
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(MAX_WAIT_MS, wait * 2)) {
      try {
        return await work();
      } catch (error) {
        const failure = toPortraitError(error);
        if (!failure.class.retryable || signal.aborted) throw failure;
        waiting.set(what, failure.message);
        log.warn(`Waiting for ${what}`, { error: failure.message, hint: failure.hint, againInMs: wait });
        await sleep(wait, undefined, { signal }).catch(() => {
          throw failure;
        });
      }
    }
  } finally {
    if (waiting.delete(what) && !signal.aborted) log.info(`No longer waiting for ${what}`);
  }
}
