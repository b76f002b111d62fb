import { describe, expect, it } from '@jest/globals';
import { isOpen, nextOpening } from './batch-window.js';
import { forecastEnd, measureSecondsPerItem, type ForecastInput } from './forecast.js';
import type { BatchWindow } from './work.js';

const now = Date.parse('2025-05-05T12:00:00Z');
const seconds = (input: Partial<ForecastInput>): number =>
  (forecastEnd({ now, waiting: 0, running: [], secondsPerItem: 60, concurrency: 1, window: null, ...input })! - now) /
  1000;
const night: BatchWindow = { from: '22:00', to: '06:00', timeZone: 'UTC' };

/** The same, item by item: each goes to the place that is free first, when the window is open. */
function simulate({ now, waiting, running, secondsPerItem, concurrency, window }: ForecastInput): number {
  const each = secondsPerItem * 1000;
  const free = Array.from(
    { length: concurrency },
    (_, place) => now + (place < running.length ? Math.max(0, each - running[place]! * 1000) : 0),
  );
  let end = Math.max(...free);
  for (let item = 0; item < waiting; item++) {
    const place = free.indexOf(Math.min(...free));
    const begin = nextOpening(window, free[place]!);
    expect(isOpen(window, begin)).toBe(true);
    free[place] = begin + each;
    end = Math.max(end, free[place]!);
  }
  return end;
}

describe('forecastEnd without a window', () => {
  it('is now when nothing is left', () => {
    expect(seconds({})).toBe(0);
  });
  it('counts rounds, a last one that is not full included', () => {
    expect([
      seconds({ waiting: 4, concurrency: 2 }),
      seconds({ waiting: 5, concurrency: 2 }),
      seconds({ waiting: 1, concurrency: 8 }),
    ]).toEqual([120, 180, 60]);
  });
  it('takes what is under way into account', () => {
    expect([
      seconds({ running: [20] }),
      seconds({ running: [20], waiting: 1 }),
      seconds({ running: [20, 50], waiting: 1, concurrency: 2 }),
    ]).toEqual([40, 100, 70]);
  });
  it('expects an item that is late to end now', () => {
    expect([seconds({ running: [500] }), seconds({ running: [500], waiting: 1 })]).toEqual([0, 60]);
  });
});

describe('forecastEnd with a window', () => {
  const end = (input: Partial<ForecastInput>): string | null => {
    const instant = forecastEnd({
      now,
      waiting: 0,
      running: [],
      secondsPerItem: 3600,
      concurrency: 1,
      window: night,
      ...input,
    });
    return instant === null ? null : new Date(instant).toISOString().slice(0, 16);
  };
  it('waits for the opening', () => {
    expect(end({ waiting: 1 })).toBe('2025-05-05T23:00');
  });
  it('fills a night and goes on in the next', () => {
    expect([end({ waiting: 8 }), end({ waiting: 9 }), end({ waiting: 17, concurrency: 2 })]).toEqual([
      '2025-05-06T06:00',
      '2025-05-06T23:00',
      '2025-05-06T23:00',
    ]);
  });
  it('lets an item that has begun end after the closing', () => {
    expect([end({ waiting: 3, secondsPerItem: 3 * 3600 }), end({ waiting: 4, secondsPerItem: 3 * 3600 })]).toEqual([
      '2025-05-06T07:00',
      '2025-05-07T01:00',
    ]);
  });
  it('does not let items under way wait for the opening', () => {
    expect(end({ running: [1800] })).toBe('2025-05-05T12:30');
  });
  it('knows nights of another length', () => {
    const window: BatchWindow = { ...night, timeZone: 'Europe/Berlin' };
    const from = Date.parse('2025-03-29T12:00:00Z');
    expect([end({ now: from, window, waiting: 7 }), end({ now: from, window, waiting: 8 })]).toEqual([
      '2025-03-30T04:00',
      '2025-03-30T21:00',
    ]);
  });
  it('says nothing about what takes more than a year', () => {
    expect([end({ waiting: 8 * 360 }), end({ waiting: 8 * 400 })]).toEqual([expect.stringContaining('2026'), null]);
  });
  it('comes to an end for any fractions of a second', () => {
    for (let n = 1; n < 400; n++) {
      const secondsPerItem = 1 + Math.abs(Math.sin(n)) * 7;
      const running = Array.from({ length: n % 5 }, (_, place) => secondsPerItem * Math.abs(Math.cos(n + place)));
      const found = forecastEnd({
        now: now + n / 7,
        waiting: n % 13,
        running,
        secondsPerItem,
        concurrency: 4,
        window: n % 2 === 0 ? night : null,
      })!;
      expect(found).toBeGreaterThanOrEqual(Math.floor(now));
      expect(Number.isInteger(found)).toBe(true);
    }
  });
  it.each([
    [1, 700, 3, 0],
    [3, 4000, 40, 2],
    [7, 611, 200, 7],
    [16, 9000, 99, 5],
    [2, 30_000, 3, 1],
  ])(
    'agrees with going through it item by item: %d at a time, %d s each, %d waiting, %d under way',
    (concurrency, secondsPerItem, waiting, under) => {
      const input: ForecastInput = {
        now: Date.parse('2025-05-06T03:21:00Z'),
        waiting,
        running: Array.from({ length: under }, (_, place) => (place * secondsPerItem) / 9),
        secondsPerItem,
        concurrency,
        window: night,
      };
      expect(Math.abs(forecastEnd(input)! - simulate(input))).toBeLessThanOrEqual(1);
    },
  );
});

describe('measureSecondsPerItem', () => {
  const measured = { start: now, now: now + 600_000, finished: 10, running: 0, concurrency: 1, window: null };
  it('is the open time through what was got done', () => {
    expect(measureSecondsPerItem(measured)).toBe(60);
    expect(measureSecondsPerItem({ ...measured, concurrency: 4, finished: 38, running: 4 })).toBe(60);
  });
  it('does not count hours in which the window was closed', () => {
    expect(
      measureSecondsPerItem({
        ...measured,
        window: night,
        start: Date.parse('2025-05-05T22:00:00Z'),
        now: Date.parse('2025-05-06T22:10:00Z'),
        finished: 49,
      }),
    ).toBe(600);
  });
  it('is not known before the first item has ended', () => {
    expect(measureSecondsPerItem({ ...measured, finished: 0, running: 1 })).toBeNull();
  });
  it('gives a forecast that comes true at any point of a steady run', () => {
    const [each, concurrency, total] = [90, 4, 200];
    const truth = (total / concurrency) * each;
    for (const share of [0.1, 0.5, 0.9]) {
      const at = Math.floor(truth * share) + 7;
      const finished = Math.floor(at / each) * concurrency;
      const running = Array.from({ length: concurrency }, () => at % each);
      const secondsPerItem = measureSecondsPerItem({
        start: now,
        now: now + at * 1000,
        finished,
        running: concurrency,
        concurrency,
        window: null,
      })!;
      const end = forecastEnd({
        now: now + at * 1000,
        waiting: total - finished - concurrency,
        running,
        secondsPerItem,
        concurrency,
        window: null,
      })!;
      expect(Math.abs((end - now) / 1000 / truth - 1)).toBeLessThan(0.1);
    }
  });
});
