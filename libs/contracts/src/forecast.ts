// When a batch will be finished: items of one measured length, worked off by so many at a time, begun only while the
// window is open. An item under way at the end of an opening is finished, as the workflow does. Pure: the caller brings
// the clock and what was measured.
import { openTime, openingAt } from './batch-window.js';
import type { BatchWindow } from './work.js';

export interface ForecastInput {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Items not yet begun. */
  readonly waiting: number;
  /** How long each item under way has been, seconds; no more than `concurrency`. */
  readonly running: readonly number[];
  /** Time one item takes from begin to end, seconds. */
  readonly secondsPerItem: number;
  /** Items worked on at a time, ≥ 1. */
  readonly concurrency: number;
  readonly window: BatchWindow | null;
}

/** Beyond this a forecast says nothing: looking farther takes longer than a workflow may think. */
const FARTHEST_DAYS = 366;
const DAY = 86_400_000;

/** Expected end, milliseconds since 1970; null when it lies more than a year ahead. */
export function forecastEnd({
  now: instant,
  waiting,
  running,
  secondsPerItem,
  concurrency,
  window,
}: ForecastInput): number | null {
  // Whole milliseconds: halving an interval of them comes to an end.
  const now = Math.round(instant);
  const each = Math.max(1, Math.round(secondsPerItem * 1000));
  // When each place is free: at once, or after its item, which ends now at the earliest.
  let free = Array.from(
    { length: Math.max(1, concurrency, running.length) },
    (_, place) => now + Math.max(0, place < running.length ? each - Math.round(running[place]! * 1000) : 0),
  );
  const ends = Math.max(...free);
  let left = waiting;
  for (let at = now; left > 0;) {
    const opening = window === null ? { start: at, end: Infinity } : openingAt(window, at);
    if (opening.start > now + FARTHEST_DAYS * DAY) return null;
    const closing = opening.end;
    free = free.map((place) => Math.max(place, opening.start));
    const begun = free.map((place) => Math.max(0, Math.ceil((closing - place) / each)));
    const capacity = begun.reduce((sum, count) => sum + count, 0);
    if (capacity >= left) return Math.max(ends, lastEnd(free, each, left));
    left -= capacity;
    free = free.map((place, index) => place + begun[index]! * each);
    at = closing;
  }
  return ends;
}

/** When the last of `items` ends if each is taken by the place that is free first. */
function lastEnd(free: readonly number[], each: number, items: number): number {
  const done = (instant: number): number =>
    free.reduce((sum, place) => sum + Math.max(0, Math.floor((instant - place) / each)), 0);
  let [low, high] = [Math.min(...free), Math.min(...free) + each * items];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (done(middle) >= items) high = middle;
    else low = middle;
  }
  return high;
}

export interface MeasureInput {
  /** Instants between which the batch was worked on. */
  readonly start: number;
  readonly now: number;
  /** Items ended since then, well or not. */
  readonly finished: number;
  readonly running: number;
  readonly concurrency: number;
  readonly window: BatchWindow | null;
}

/** Seconds one item takes, from what was got through while the window was open; null before the first has ended. */
export function measureSecondsPerItem({
  start,
  now,
  finished,
  running,
  concurrency,
  window,
}: MeasureInput): number | null {
  const open = openTime(window, start, now) / 1000;
  // An item under way is half done on average.
  return finished === 0 ? null : (open * Math.max(1, concurrency)) / (finished + running / 2);
}
