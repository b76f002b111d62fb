import { describe, expect, it } from '@jest/globals';
import { lineChart, ticks } from './plot.js';

describe('ticks', () => {
  it('are round, inside the range and few', () => {
    expect(ticks(0, 10)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(ticks(-0.031, 0.112)).toEqual([0, 0.05, 0.1]);
    expect(ticks(3, 3)).toEqual([3]);
  });
});

describe('lineChart', () => {
  const chart = (values: (number | null)[]): string =>
    lineChart({
      title: 'A < B',
      x: [0, 1, 2, 3],
      xLabel: 's',
      yLabel: 'dB',
      series: [{ label: 'true', colour: '#123456', values }],
    });
  it('breaks the line where there is no value', () => {
    expect(
      chart([1, 2, null, 4])
        .match(/d="([^"]*)"/)![1]!
        .match(/M/g),
    ).toHaveLength(2);
    expect(
      chart([1, 2, 3, 4])
        .match(/d="([^"]*)"/)![1]!
        .match(/M/g),
    ).toHaveLength(1);
  });
  it('puts the smallest value below the largest', () => {
    const [, y0, y1] = /M[\d.]+ ([\d.]+)L[\d.]+ ([\d.]+)/.exec(chart([1, 5, 5, 5]))!;
    expect(Number(y0)).toBeGreaterThan(Number(y1));
  });
  it('escapes text and draws nothing wrong without values', () => {
    expect(chart([null, null, null, null])).toContain('A &#60; B');
    expect(chart([null, null, null, null])).not.toContain('NaN');
  });
});
