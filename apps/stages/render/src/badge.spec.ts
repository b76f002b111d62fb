import { describe, expect, it } from '@jest/globals';
import { makeBadge } from './badge.js';

/** Rows of the badge as text, one character a dot. */
function picture(size: number, dot: number): string[] {
  const frame = new Uint8Array(size * size * 3).fill(100);
  makeBadge(size).draw(frame, 3);
  const rows = [];
  for (let y = size - 9 * dot; y < size - 4 * dot; y += dot) {
    rows.push(
      Array.from({ length: 44 }, (_, x) => (frame[(y * size + 4 * dot + x * dot) * 3] === 255 ? '#' : '.')).join(''),
    );
  }
  return rows;
}

describe('badge', () => {
  it('reads SYNTHETIC, whatever the size of the picture', () => {
    const expected = [
      '.###.#..#.#..#.####.#..#.####.####..##...###',
      '#....#..#.##.#..##..#..#.#.....##...##..#...',
      '.##...###.#.##..##..####.###...##...##..#...',
      '...#....#.#..#..##..#..#.#.....##...##..#...',
      '###...##..#..#..##..#..#.####..##...##...###',
    ];
    expect(picture(128, 1)).toEqual(expected);
    expect(picture(512, 2)).toEqual(expected);
  });

  it('stays in its corner', () => {
    const frame = new Uint8Array(256 * 256 * 4).fill(10);
    makeBadge(256).draw(frame, 4);
    let changed = 0;
    for (let i = 0; i < frame.length; i++) if (frame[i] !== 10) changed++;
    const inCorner = 48 * 9 * 4;
    expect(changed).toBeGreaterThan(inCorner / 2);
    expect(changed).toBeLessThanOrEqual(inCorner);
    expect(frame[(20 * 256 + 20) * 4]).toBe(10);
  });

  it('makes a transparent corner opaque enough to be read', () => {
    const frame = new Uint8Array(128 * 128 * 4);
    makeBadge(128).draw(frame, 4);
    expect(frame[((128 - 4) * 128 + 10) * 4 + 3]).toBeGreaterThanOrEqual(128);
  });
});
