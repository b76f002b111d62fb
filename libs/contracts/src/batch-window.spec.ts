import { describe, expect, it } from '@jest/globals';
import { checkWindow, isOpen, nextClosing, nextOpening, openTime } from './batch-window.js';
import type { BatchWindow } from './work.js';

const at = (iso: string): number => Date.parse(iso);
const iso = (instant: number | null): string | null =>
  instant === null ? null : new Date(instant).toISOString().replace('.000', '');
const berlin = (from: string, to: string): BatchWindow => ({ from, to, timeZone: 'Europe/Berlin' });

describe('a window within a day', () => {
  const window: BatchWindow = { from: '09:00', to: '17:30', timeZone: 'UTC' };

  it('holds its first minute and not its last', () => {
    expect(
      ['08:59:59.999', '09:00:00.000', '17:29:59.999', '17:30:00.000'].map((time) =>
        isOpen(window, at(`2025-05-05T${time}Z`)),
      ),
    ).toEqual([false, true, true, false]);
  });

  it('opens the same day, at once, or the next day', () => {
    expect(['07:00', '12:00', '17:30'].map((time) => iso(nextOpening(window, at(`2025-05-05T${time}:00Z`))))).toEqual([
      '2025-05-05T09:00:00Z',
      '2025-05-05T12:00:00Z',
      '2025-05-06T09:00:00Z',
    ]);
  });

  it('closes the opening that holds the instant, or else the next one', () => {
    expect(['07:00', '12:00', '17:30'].map((time) => iso(nextClosing(window, at(`2025-05-05T${time}:00Z`))))).toEqual([
      '2025-05-05T17:30:00Z',
      '2025-05-05T17:30:00Z',
      '2025-05-06T17:30:00Z',
    ]);
  });
});

describe('a window over midnight', () => {
  const window = berlin('22:00', '06:00');

  it('is open on both sides of it', () => {
    expect(
      ['19:59', '20:00', '22:30', '03:59', '04:00'].map((time) => isOpen(window, at(`2025-07-10T${time}:00Z`))),
    ).toEqual([false, true, true, true, false]);
  });

  it('goes on from the evening to the morning', () => {
    expect(iso(nextClosing(window, at('2025-07-10T21:00:00Z')))).toBe('2025-07-11T04:00:00Z');
    expect(iso(nextClosing(window, at('2025-07-11T01:00:00Z')))).toBe('2025-07-11T04:00:00Z');
    expect(iso(nextOpening(window, at('2025-07-11T04:00:00Z')))).toBe('2025-07-11T20:00:00Z');
  });

  it('may begin at midnight or end there', () => {
    expect(iso(nextClosing(berlin('18:00', '00:00'), at('2025-01-10T18:00:00Z')))).toBe('2025-01-10T23:00:00Z');
    expect(iso(nextOpening(berlin('00:00', '05:00'), at('2025-01-10T18:00:00Z')))).toBe('2025-01-10T23:00:00Z');
  });
});

describe('a window in a zone of half an hour', () => {
  it('follows the wall clock there', () => {
    const kolkata: BatchWindow = { from: '22:00', to: '06:00', timeZone: 'Asia/Kolkata' };
    expect(iso(nextOpening(kolkata, at('2025-03-03T12:00:00Z')))).toBe('2025-03-03T16:30:00Z');
    const kathmandu: BatchWindow = { from: '22:00', to: '06:00', timeZone: 'Asia/Kathmandu' };
    expect(iso(nextClosing(kathmandu, at('2025-03-03T16:15:00Z')))).toBe('2025-03-04T00:15:00Z');
  });

  it('follows summer time of half an hour', () => {
    // Lord Howe: at 02:00 summer time (+11:00) back to 01:30 (+10:30).
    const howe: BatchWindow = { from: '22:00', to: '06:00', timeZone: 'Australia/Lord_Howe' };
    const opening = nextOpening(howe, at('2025-04-05T05:00:00Z'));
    expect([iso(opening), iso(nextClosing(howe, opening))]).toEqual(['2025-04-05T11:00:00Z', '2025-04-05T19:30:00Z']);
  });
});

describe('when the clock is set forward (Berlin, 30 March 2025, 02:00 to 03:00 at 01:00Z)', () => {
  it('a night over it is an hour shorter', () => {
    const window = berlin('22:00', '06:00');
    const opening = nextOpening(window, at('2025-03-29T12:00:00Z'));
    expect([iso(opening), iso(nextClosing(window, opening))]).toEqual(['2025-03-29T21:00:00Z', '2025-03-30T04:00:00Z']);
    expect(iso(nextOpening(window, at('2025-03-30T04:00:00Z')))).toBe('2025-03-30T20:00:00Z');
  });

  it('an opening inside the gap happens at the jump', () => {
    expect(iso(nextOpening(berlin('02:30', '06:00'), at('2025-03-30T00:00:00Z')))).toBe('2025-03-30T01:00:00Z');
  });

  it('a closing inside the gap happens at the jump', () => {
    expect(iso(nextClosing(berlin('22:00', '02:30'), at('2025-03-30T00:00:00Z')))).toBe('2025-03-30T01:00:00Z');
  });

  it('a window that lies in the gap has no opening that day', () => {
    const window = berlin('02:10', '02:50');
    expect(iso(nextOpening(window, at('2025-03-29T01:50:00Z')))).toBe('2025-03-31T00:10:00Z');
    expect(isOpen(window, at('2025-03-30T01:00:00Z'))).toBe(false);
  });

  it('an opening that begins where the last one ends goes on with it', () => {
    const window = berlin('02:45', '02:15');
    expect(isOpen(window, at('2025-03-30T01:00:00Z'))).toBe(true);
    expect(iso(nextClosing(window, at('2025-03-30T00:59:00Z')))).toBe('2025-03-31T00:15:00Z');
  });
});

describe('when the clock is set back (Berlin, 26 October 2025, 03:00 to 02:00 at 01:00Z)', () => {
  it('a night over it is an hour longer', () => {
    const window = berlin('22:00', '06:00');
    expect(iso(nextClosing(window, at('2025-10-25T20:00:00Z')))).toBe('2025-10-26T05:00:00Z');
  });

  it('a window that ends in the repeated hour ends the first time', () => {
    const window = berlin('22:00', '02:30');
    expect(iso(nextClosing(window, at('2025-10-25T21:00:00Z')))).toBe('2025-10-26T00:30:00Z');
    expect(isOpen(window, at('2025-10-26T01:15:00Z'))).toBe(false);
    expect(iso(nextOpening(window, at('2025-10-26T00:30:00Z')))).toBe('2025-10-26T21:00:00Z');
  });

  it('a window that begins in the repeated hour begins the first time and is not broken', () => {
    const window = berlin('02:30', '06:00');
    expect(iso(nextOpening(window, at('2025-10-26T00:00:00Z')))).toBe('2025-10-26T00:30:00Z');
    expect(
      [at('2025-10-26T00:59:00Z'), at('2025-10-26T01:10:00Z'), at('2025-10-26T01:40:00Z')].map((instant) =>
        isOpen(window, instant),
      ),
    ).toEqual([true, true, true]);
    expect(iso(nextClosing(window, at('2025-10-26T01:10:00Z')))).toBe('2025-10-26T05:00:00Z');
  });

  it('a window inside the repeated hour opens once', () => {
    const window = berlin('02:15', '02:45');
    expect([
      iso(nextOpening(window, at('2025-10-26T00:00:00Z'))),
      iso(nextClosing(window, at('2025-10-26T00:20:00Z'))),
    ]).toEqual(['2025-10-26T00:15:00Z', '2025-10-26T00:45:00Z']);
    expect(iso(nextOpening(window, at('2025-10-26T00:45:00Z')))).toBe('2025-10-27T01:15:00Z');
  });
});

describe('where midnight or a whole day is missing', () => {
  it('opens at the jump when midnight does not exist (Cairo, 25 April 2025)', () => {
    const window: BatchWindow = { from: '00:00', to: '05:00', timeZone: 'Africa/Cairo' };
    expect(iso(nextOpening(window, at('2025-04-24T12:00:00Z')))).toBe('2025-04-24T22:00:00Z');
    expect(iso(nextClosing(window, at('2025-04-24T22:00:00Z')))).toBe('2025-04-25T02:00:00Z');
  });

  it('a night into a day that was skipped goes on to the next morning (Apia, no 30 December 2011)', () => {
    const window: BatchWindow = { from: '22:00', to: '06:00', timeZone: 'Pacific/Apia' };
    const opening = nextOpening(window, at('2011-12-30T00:00:00Z'));
    expect([iso(opening), iso(nextClosing(window, opening))]).toEqual(['2011-12-30T08:00:00Z', '2011-12-30T16:00:00Z']);
  });
});

describe('over a year of any window', () => {
  it.each([
    ['Europe/Berlin', '22:00', '06:00'],
    ['America/New_York', '01:30', '02:30'],
    ['Australia/Lord_Howe', '01:45', '01:30'],
    ['Africa/Casablanca', '02:15', '23:59'],
    ['UTC', '23:59', '00:01'],
  ])('%s %s to %s: openings and closings alternate, and isOpen agrees with them', (timeZone, from, to) => {
    const window: BatchWindow = { from, to, timeZone };
    let instant = at('2025-01-01T00:00:00Z');
    let sum = 0;
    const start = instant;
    while (instant < at('2026-01-01T00:00:00Z')) {
      const opening = nextOpening(window, instant);
      const closing = nextClosing(window, opening)!;
      expect(closing).toBeGreaterThan(opening);
      if (opening > instant) expect(isOpen(window, opening - 1)).toBe(false);
      expect([isOpen(window, opening), isOpen(window, closing - 1), isOpen(window, closing)]).toEqual([
        true,
        true,
        false,
      ]);
      sum += closing - opening;
      instant = closing;
    }
    expect(openTime(window, start, instant)).toBe(sum);
  });
});

describe('open time', () => {
  const window: BatchWindow = { from: '22:00', to: '06:00', timeZone: 'UTC' };
  it('counts what is inside, from an open or a closed instant', () => {
    expect(openTime(window, at('2025-05-05T12:00:00Z'), at('2025-05-06T12:00:00Z'))).toBe(8 * 3_600_000);
    expect(openTime(window, at('2025-05-05T23:00:00Z'), at('2025-05-06T23:00:00Z'))).toBe(8 * 3_600_000);
    expect(openTime(window, at('2025-05-05T23:00:00Z'), at('2025-05-05T23:10:00Z'))).toBe(600_000);
    expect(openTime(window, at('2025-05-05T07:00:00Z'), at('2025-05-05T12:00:00Z'))).toBe(0);
  });
  it('without a window is the time between, and nothing backwards', () => {
    expect([openTime(null, 5, 12), openTime(null, 12, 5), openTime(window, 12, 5)]).toEqual([7, 0, 0]);
  });
});

describe('no window', () => {
  it('is always open', () => {
    expect([isOpen(null, 7), nextOpening(null, 7), nextClosing(null, 7)]).toEqual([true, 7, null]);
  });
});

describe('checkWindow', () => {
  it('takes what can be', () => {
    for (const timeZone of ['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'Asia/Kolkata'])
      expect(checkWindow({ from: '00:00', to: '23:59', timeZone })).toEqual({ from: '00:00', to: '23:59', timeZone });
  });

  it.each([
    [{ from: '22:00', to: '22:00' }, /no length/],
    [{ from: '24:00' }, /from is "24:00"/],
    [{ to: '6:00' }, /to is "6:00"/],
    [{ to: '06:60' }, /to is "06:60"/],
    [{ from: '' }, /from is ""/],
    [{ timeZone: 'Europe/Atlantis' }, /"Europe\/Atlantis" is not known/],
    [{ timeZone: '+02:00' }, /is not known/],
    [{ timeZone: '' }, /is not known/],
    [{ timeZone: 'Europe/Berlin ' }, /is not known/],
  ])('refuses %j', (wrong, message) => {
    expect(() => checkWindow({ from: '22:00', to: '06:00', timeZone: 'Europe/Berlin', ...wrong })).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(message),
        hint: expect.any(String),
      }),
    );
  });
});
