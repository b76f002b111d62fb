// Starts work idempotently: the same request within a day returns the work it started. Cancelled or failed work is
// started again.
import { createHash } from 'node:crypto';
import { canonicalJson } from '@portrait/contracts';

const MAX_ATTEMPTS = 50;

export const digestOf = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex');

interface StartOptions<T> {
  /** Equal values mean the same request. */
  request: unknown;
  start(idempotencyKey: string): Promise<{ id: string }>;
  /** Returns the current state; null when the work was erased. */
  get(id: string): Promise<T | null>;
  /** True when the work must be started again. */
  isLost(work: T): boolean;
}

/** Returns the current state of the work, whether this call started it or an earlier one. */
export async function startOnce<T>({ request, start, get, isLost }: StartOptions<T>): Promise<T> {
  const digest = digestOf(request);
  for (let attempt = 1; ; attempt++) {
    const { id } = await start(`cli-${digest}-${attempt}`);
    const work = await get(id);
    if (work !== null && (!isLost(work) || attempt === MAX_ATTEMPTS)) return work;
  }
}
