// Retry schedule of webhook deliveries: ten attempts over 28 hours, so that a receiver may be down overnight.

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Delay after the first, second, … attempt. */
export const RETRY_DELAYS_SECONDS: readonly number[] = [
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  8 * HOUR,
  12 * HOUR,
];
export const MAX_ATTEMPTS = RETRY_DELAYS_SECONDS.length + 1;

/** Null when no attempt is left. @param attempts made so far, ≥ 1 */
export const nextRetrySeconds = (attempts: number): number | null => RETRY_DELAYS_SECONDS[attempts - 1] ?? null;
