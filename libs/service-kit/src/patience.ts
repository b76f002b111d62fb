// Waiting for a server that is not up yet: services of one system start in any order.
import { setTimeout as sleep } from 'node:timers/promises';
import { toPortraitError, type Logger } from '@portrait/contracts';

const FIRST_MS = 250;
const LONGEST_MS = 10_000;

/** What this process waits for now, and why. */
const waiting = new Map<string, string>();

/** For whoever asks why the service is not ready: "waiting for Temporal at host:7233: …". Null when it waits for nothing. */
export function whatIsWaitedFor(): string | null {
  return waiting.size === 0 ? null : [...waiting].map(([what, why]) => `waiting for ${what}: ${why}`).join('; ');
}

/** Tries again as long as what fails is retryable by the error table and `signal` allows. */
export async function patiently<T>(what: string, log: Logger, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    for (let wait = FIRST_MS; ; wait = Math.min(LONGEST_MS, wait * 2)) {
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
