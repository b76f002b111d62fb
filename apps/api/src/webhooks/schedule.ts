// When a delivery that failed is tried again: ten attempts over a good day, so that a receiver may be down for a night.

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Wait after the first, second, … attempt, seconds. */
export const BACK_OFF_SECONDS: readonly number[] = [
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
export const MOST_ATTEMPTS = BACK_OFF_SECONDS.length + 1;

/** Seconds until the next attempt; null when there is none. @param attempts made so far, ≥ 1 */
export const nextWait = (attempts: number): number | null => BACK_OFF_SECONDS[attempts - 1] ?? null;
