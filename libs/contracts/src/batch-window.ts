// The hours in which a batch works: from one wall-clock time to another, every day, in a named time zone.
// A day's opening lasts from the first instant whose clock has reached `from` to the first whose clock has reached
// `to`: a clock set back neither repeats nor splits it, a clock set forward past a time takes that time at the jump.
// Needs no library and no clock, so workflows may use it.
import { PortraitError } from './errors.js';
import type { BatchWindow } from './work.js';

/** One opening: instants in milliseconds since 1970, the end not included. */
export interface Opening {
  readonly start: number;
  readonly end: number;
}

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
/** Openings may be missing on a day the clock jumps over, never for longer than this. */
const LONGEST_WAIT_DAYS = 7;
const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/;
const ZONE = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/;

/** @throws PortraitError INVALID_ARGUMENT when it is malformed, of no length, or of an unknown time zone */
export function checkWindow({ from, to, timeZone }: BatchWindow): BatchWindow {
  const refuse = (message: string, hint: string): never => {
    throw new PortraitError('INVALID_ARGUMENT', message, { hint });
  };
  for (const [name, time] of [
    ['from', from],
    ['to', to],
  ] as const) {
    if (!TIME.test(time))
      refuse(
        `The window's ${name} is ${JSON.stringify(time)}, which is no time of day.`,
        'Write it as HH:MM, 00:00 to 23:59.',
      );
  }
  if (from === to)
    refuse(
      `The window is from ${from} to ${to}: it has no length.`,
      'Leave the window out for a batch that may work at any time.',
    );
  if (!isTimeZone(timeZone))
    refuse(
      `The window's time zone ${JSON.stringify(timeZone)} is not known.`,
      'Give its IANA name, for example Europe/Berlin or UTC.',
    );
  return { from, to, timeZone };
}

/** @param window null: always open */
export function isOpen(window: BatchWindow | null, instant: number): boolean {
  return window === null || openingAt(window, instant).start <= instant;
}

/** First open instant that is not before `instant`. */
export function nextOpening(window: BatchWindow | null, instant: number): number {
  return window === null ? instant : Math.max(instant, openingAt(window, instant).start);
}

/** When the opening ends that holds `instant`, or else the next one; null without a window, which never closes. */
export function nextClosing(window: BatchWindow | null, instant: number): number | null {
  return window === null ? null : openingAt(window, instant).end;
}

/** Open time between two instants, milliseconds. */
export function openTime(window: BatchWindow | null, start: number, end: number): number {
  if (window === null) return Math.max(0, end - start);
  let sum = 0;
  for (let at = start; at < end;) {
    const opening = openingAt(window, at);
    sum += Math.max(0, Math.min(end, opening.end) - Math.max(start, opening.start));
    at = opening.end;
  }
  return sum;
}

/** The opening that holds `instant`, or else the next one. Openings that touch are one. */
export function openingAt(window: BatchWindow, instant: number): Opening {
  const clock = zoneClock(window.timeZone);
  const [from, to] = [minutes(window.from), minutes(window.to)];
  const today = Math.floor((instant + clock(instant)) / DAY);
  // The opening of two days ago may still hold it where a day was skipped.
  let found: Opening | null = null;
  for (let day = today - 2; day <= today + LONGEST_WAIT_DAYS; day++) {
    const end = firstAt(clock, (to > from ? day : day + 1) * DAY + to * MINUTE);
    if (end <= instant) continue;
    const start = firstAt(clock, day * DAY + from * MINUTE);
    if (end <= start) continue;
    if (found === null) found = { start, end };
    else if (start <= found.end) found = { start: found.start, end };
    else break;
  }
  if (found === null)
    throw new PortraitError(
      'INTERNAL',
      `No opening from ${window.from} to ${window.to} in ${window.timeZone} within ` +
        `${LONGEST_WAIT_DAYS} days of ${new Date(instant).toISOString()}.`,
    );
  return found;
}

const minutes = (time: string): number => {
  const [, hour, minute] = TIME.exec(time)!;
  return Number(hour) * 60 + Number(minute);
};

/** Offset of the zone's clock at an instant: local minus UTC, milliseconds. */
type ZoneClock = (instant: number) => number;

/** First instant whose local clock shows `local` or more, both counted as if the clock were UTC. */
function firstAt(clock: ZoneClock, local: number): number {
  const before = local - clock(local - DAY);
  const after = local - clock(local + DAY);
  if (before === after) return before;
  const fitting = [before, after].filter((instant) => instant + clock(instant) === local);
  if (fitting.length > 0) return Math.min(...fitting);
  // The clock jumps over it: the jump is the first instant with the later offset.
  let [low, high] = [Math.min(before, after), Math.max(before, after)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (middle + clock(middle) < local) low = middle;
    else high = middle;
  }
  return high;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function zoneClock(timeZone: string): ZoneClock {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, format);
  }
  const known = format;
  return (instant) => {
    const whole = Math.floor(instant / 1000) * 1000;
    const part = Object.fromEntries(
      known.formatToParts(whole).map(({ type, value }) => [type, Number(value)]),
    ) as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>;
    return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) - whole;
  };
}

function isTimeZone(name: string): boolean {
  // Offsets such as +02:00 are taken by some versions of the language and know nothing of summer time.
  if (!ZONE.test(name)) return false;
  try {
    zoneClock(name);
    return true;
  } catch {
    return false;
  }
}
