// Starts work once: the same request again, within a day, finds the work it started. Only what was cancelled or has failed is started anew.
import { createHash } from 'node:crypto';
import { canonicalJson } from '@portrait/contracts';

const MAX_ATTEMPTS = 50;

export const digestOf = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex');

export interface StartOptions<T> {
  /** What makes it the same request. */
  request: unknown;
  start(idempotencyKey: string): Promise<{ id: string }>;
  /** As it stands now; null when it was erased. */
  see(id: string): Promise<T | null>;
  /** True for work that will not be done any more. */
  isLost(work: T): boolean;
}

/** The work as it stands, whether this call started it or an earlier one. */
export async function startOnce<T>({ request, start, see, isLost }: StartOptions<T>): Promise<T> {
  const digest = digestOf(request);
  for (let attempt = 1; ; attempt++) {
    const { id } = await start(`cli-${digest}-${attempt}`);
    const work = await see(id);
    if (work !== null && (!isLost(work) || attempt === MAX_ATTEMPTS)) return work;
  }
}
