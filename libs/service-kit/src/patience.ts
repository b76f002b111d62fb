// Waiting for a server that is not up yet: services of one system start in any order.
import { setTimeout as sleep } from 'node:timers/promises';
import { toPortraitError, type Logger } from '@portrait/contracts';

const FIRST_MS = 250;
const LONGEST_MS = 10_000;

/** Tries again as long as what fails is retryable by the error table and `signal` allows. */
export async function patiently<T>(what: string, log: Logger, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let wait = FIRST_MS; ; wait = Math.min(LONGEST_MS, wait * 2)) {
    try {
      return await work();
    } catch (error) {
      const failure = toPortraitError(error);
      if (!failure.class.retryable || signal.aborted) throw failure;
      log.warn(`Waiting for ${what}`, { error: failure.message, againInMs: wait });
      await sleep(wait, undefined, { signal }).catch(() => {
        throw failure;
      });
    }
  }
}
