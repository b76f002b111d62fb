import { describe, expect, it } from '@jest/globals';
import { writeWav } from '@portrait/media';
import { folderForTests } from '@portrait/testing';
import { findPauses, readLevels, restShare } from './pauses.js';

const folder = folderForTests();
const LOUD = -15;
const QUIET = -60;
/** Frames of speech, with silence where told. */
function levels(frames: number, ...silences: [start: number, end: number][]): Float32Array {
  return Float32Array.from({ length: frames }, (_, k) => (silences.some(([s, e]) => s <= k && k < e) ? QUIET : LOUD));
}

describe('readLevels', () => {
  it('measures the sound frame by frame', async () => {
    const samples = Float32Array.from({ length: 16000 * 2 }, (_, k) =>
      k < 16000 ? 0.5 * Math.sin(k / 5) : 0.0005 * Math.sin(k / 5),
    );
    await writeWav(folder.file('speech.wav'), samples, 16000);
    const read = await readLevels(folder.file('speech.wav'), new AbortController().signal);
    expect(read).toHaveLength(50);
    expect(read[10]).toBeCloseTo(-9, 0);
    expect(read[40]).toBeCloseTo(-69, 0);
  });
});

describe('findPauses', () => {
  it('finds silences longer than the least and passes over gaps between words', () => {
    expect(findPauses(levels(200, [50, 60], [100, 140]), 0.5, 35)).toEqual([{ start: 100, end: 140 }]);
  });

  it('measures silence against the speech itself, not against full scale', () => {
    const soft = levels(200, [100, 140]).map((v) => v - 30);
    expect(findPauses(soft, 0.5, 35)).toEqual([{ start: 100, end: 140 }]);
  });

  it('finds silence at both ends', () => {
    expect(findPauses(levels(200, [0, 20], [180, 200]), 0.5, 35)).toEqual([
      { start: 0, end: 20 },
      { start: 180, end: 200 },
    ]);
  });
});

describe('restShare', () => {
  const pauses = [{ start: 100, end: 140 }];
  const share = (frame: number): number => restShare(pauses, 200, frame);

  it('is 0 in speech and 1 in the middle of a pause', () => {
    expect(share(99)).toBe(0);
    expect(share(120)).toBe(1);
    expect(share(140)).toBe(0);
  });

  it('comes and goes without a jump', () => {
    for (let frame = 90; frame < 150; frame++) expect(Math.abs(share(frame + 1) - share(frame))).toBeLessThan(0.4);
  });

  it('rests from the start and to the end where the speech begins and ends in silence', () => {
    const ends = [
      { start: 0, end: 20 },
      { start: 180, end: 200 },
    ];
    expect(restShare(ends, 200, 0)).toBe(1);
    expect(restShare(ends, 200, 199)).toBe(1);
    expect(restShare(ends, 200, 205)).toBe(1);
  });
});
