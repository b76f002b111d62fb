// The benchmarks' own arithmetic; how fast anything is, is never tested.
import { describe, expect, it } from '@jest/globals';
import { measure, type Row } from './measure.js';
import { parseNativeRows } from './native.js';
import { compareRows, tableRow } from './report.js';

const row = (name: string, best: number | null, better: Row['better'] = 'more', unit = 'x/s'): Row => ({
  name,
  unit,
  better,
  best,
  median: best,
  rounds: 1,
});

describe('a benchmark', () => {
  it('counts its rounds and closes what it opened', async () => {
    let [runs, closed] = [0, 0];
    const result = await measure(
      {
        name: 'n',
        unit: 'things',
        open: () =>
          Promise.resolve({
            amount: 5,
            run: () => Promise.resolve(runs++),
            close: () => Promise.resolve(void closed++),
          }),
      },
      0,
    );
    expect(result).toMatchObject({ name: 'n', unit: 'things/s', rounds: 3, better: 'more' });
    expect(result.best!).toBeGreaterThanOrEqual(result.median!);
    expect([runs, closed]).toEqual([5, 1]);
  });

  it.each([
    ['open', 0],
    ['run', 1],
  ])('that cannot %s is not measured, with the reason', async (_, opens) => {
    let closed = 0;
    const why = Promise.reject(new Error('there is no such device'));
    why.catch(() => undefined);
    const result = await measure(
      {
        name: 'n',
        unit: 'things',
        open: () =>
          opens ? Promise.resolve({ amount: 1, run: () => why, close: () => Promise.resolve(void closed++) }) : why,
      },
      0,
    );
    expect(tableRow(result)).toMatch(/^n +not measured, because there is no such device$/);
    expect(closed).toBe(opens);
  });
});

describe('a comparison', () => {
  it('says how many times as fast, whichever way the unit points, and leaves out what only one run has', () => {
    const before = [
      row('rate', 10),
      row('time', 10, 'less', 'ns'),
      row('gone', 1),
      row('unmeasured', 1),
      row('other unit', 1, 'more', 'y/s'),
    ];
    const after = [
      row('rate', 20),
      row('time', 5, 'less', 'ns'),
      row('new', 1),
      row('unmeasured', null),
      row('other unit', 1),
    ];
    expect(compareRows(before, after)).toEqual([
      { name: 'rate', before: 10, after: 20, ratio: 2 },
      { name: 'time', before: 10, after: 5, ratio: 2 },
    ]);
  });
});

describe('rows of the native bench', () => {
  it('are read as printed', () => {
    const text =
      'v4    64x64 layer dX                                  103.4 GFLOP/s\n' +
      'v4    Adam, two gradients, 2.9 M parameters                3.0 ms\n1.234e5\n';
    expect(parseNativeRows(text)).toEqual([
      expect.objectContaining({ name: 'native v4 64x64 layer dX', best: 103.4, unit: 'GFLOP/s', better: 'more' }),
      expect.objectContaining({
        name: 'native v4 Adam, two gradients, 2.9 M parameters',
        best: 3,
        unit: 'ms',
        better: 'less',
      }),
    ]);
  });
});
