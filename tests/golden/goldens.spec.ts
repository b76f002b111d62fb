import { describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodePng, readImage } from '@portrait/media';
import { GOLDENS } from './goldens.js';

const update = process.env['PORTRAIT_UPDATE_GOLDENS'] === '1';
const file = (name: string): string => join(import.meta.dirname, `${name}.png`);

function psnr(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum === 0 ? Infinity : 10 * Math.log10((255 * 255 * a.length) / sum);
}

describe('goldens', () => {
  it('are exactly the pictures in this folder', () => {
    expect(
      readdirSync(import.meta.dirname)
        .filter((name) => name.endsWith('.png'))
        .sort(),
    ).toEqual(GOLDENS.map(({ name }) => `${name}.png`).sort());
  });

  it.each(GOLDENS)('$name: $shows', async ({ name, width, height, threshold, make }) => {
    const data = await make();
    if (update) await writeFile(file(name), await encodePng({ width, height, channels: 3, data }));
    const golden = await readImage(file(name));
    expect([golden.width, golden.height, golden.channels]).toEqual([width, height, 3]);
    expect(psnr(data, golden.data)).toBeGreaterThanOrEqual(threshold.psnr);
  });

  it('differ from each other by more than any threshold allows', async () => {
    const pictures = await Promise.all(
      GOLDENS.map(async ({ name }) => ({ name, data: (await readImage(file(name))).data })),
    );
    for (const [k, a] of pictures.entries())
      for (const b of pictures.slice(k + 1))
        expect({ pair: `${a.name}, ${b.name}`, distinct: psnr(a.data, b.data) < 55 }).toEqual({
          pair: `${a.name}, ${b.name}`,
          distinct: true,
        });
  });
});
