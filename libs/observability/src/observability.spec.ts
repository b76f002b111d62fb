import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '@portrait/testing';
import { createLogger, formatBytes, formatCount, formatDuration, ProgressMeter } from './index.js';

describe('formats', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [4200, '4.2 s'],
    [42_000, '42 s'],
    [59_600, '1 min 00 s'],
    [200_000, '3 min 20 s'],
    [7_500_000, '2 h 05 min'],
    [Infinity, '–'],
  ])('formats %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
  it.each([
    [312, '312 B'],
    [4200, '4.1 KiB'],
    [12 * 2 ** 20, '12 MiB'],
    [1.3 * 2 ** 30, '1.3 GiB'],
    [1023.9, '1.0 KiB'],
  ])('formats %d bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
  it('formats counts with separators', () => expect(formatCount(1779)).toBe('1,779'));
});

describe('ProgressMeter', () => {
  it('returns no rate before the second report', () => {
    expect(new ProgressMeter().update(0, 100, 0)).toEqual({ rate: undefined, etaMs: undefined });
  });

  it('returns rate and time left', () => {
    const meter = new ProgressMeter();
    meter.update(0, 100, 0);
    expect(meter.update(10, 100, 2000)).toEqual({ rate: 5, etaMs: 18_000 });
  });

  it('drops old samples and starts over when progress goes back to a checkpoint', () => {
    const meter = new ProgressMeter(10_000);
    meter.update(0, 1000, 0);
    meter.update(1, 1000, 60_000);
    meter.update(101, 1000, 70_000);
    expect(meter.update(201, 1000, 80_000).rate).toBe(10);
    expect(meter.update(50, 1000, 81_000).rate).toBeUndefined();
    expect(meter.update(60, 1000, 82_000).rate).toBe(10);
  });
});

describe('createLogger', () => {
  it('writes JSON lines of the given level into a new folder', async () => {
    await using folder = await temporaryDirectory();
    const file = join(folder.path, 'logs/run.jsonl');
    const log = createLogger({ level: 'info', destination: file, fields: { person: 'anna' } });
    log.debug('not written');
    log.info('stage begins', { stage: 'ingest' });
    const lines = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      expect.objectContaining({ level: 'info', person: 'anna', stage: 'ingest', msg: 'stage begins' }),
    ]);
  });
});
