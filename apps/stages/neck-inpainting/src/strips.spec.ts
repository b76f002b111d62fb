// The in-painting of a bust with known geometry, on the plain reference.
import { describe, expect, it } from '@jest/globals';
import { openPlainBackend } from './backends/plain.js';
import { NeckProfileBuilder, planColumns, type NeckProfile } from './column-plan.js';
import { REGION, stripGeometry, type StripGeometry } from './geometry.js';
import { neckInpaintingSpec } from '@portrait/contracts';
import { BUST, makeBust, type Bust } from './synthetic-bust.testing.js';

const SIZE = 128;
const defaults = neckInpaintingSpec.params.parse({});

async function paint(
  bust: Bust,
  geometry: StripGeometry,
  profile: NeckProfile | null = null,
): Promise<{ layer: Float32Array; regions: Float32Array; tops: Float32Array }> {
  const backend = openPlainBackend(geometry);
  const regions = await backend.regions(bust.labels);
  const tops = await backend.columns(regions);
  return {
    layer: await backend.paint(bust.picture, regions, planColumns(tops, bust.picture, geometry, profile)),
    regions,
    tops,
  };
}
const channels = (colour: number): [number, number, number] => [colour >> 16, (colour >> 8) & 255, colour & 255];

describe('strips under the head', () => {
  const geometry = stripGeometry(SIZE, defaults);
  const bust = makeBust(SIZE);

  it('scales the options with the picture', () => {
    expect(stripGeometry(512, defaults)).toMatchObject({
      headMargin: 2,
      torsoStrip: 9,
      neckStrip: 53,
      neckReach: 3,
      neckSink: 4,
      blurRadius: 2,
    });
    expect(stripGeometry(1024, defaults)).toMatchObject({
      headMargin: 4,
      torsoStrip: 18,
      neckStrip: 106,
      neckReach: 6,
      neckSink: 8,
      blurRadius: 4,
    });
    expect(stripGeometry(64, defaults)).toMatchObject({ headMargin: 1, torsoStrip: 1, neckStrip: 7, neckReach: 1 });
    // The end of the strip is equally dark at any size, within a pixel of rounding (2 % at 256 px) and 1/256 of
    // brightness.
    for (const size of [256, 1024])
      expect(Math.abs(stripGeometry(size, defaults).shade.at(-1)! / 256 - 0.98 ** 53)).toBeLessThan(
        0.02 * 0.98 ** 53 + 1 / 512,
      );
  });

  it('keeps neck and torso and leaves the background transparent', async () => {
    const { layer, regions } = await paint(bust, geometry);
    const wrong = [...layer.keys()].filter(
      (i) =>
        (regions[i] === REGION.outside && layer[i] !== -1) ||
        ((regions[i] === REGION.neck || regions[i] === REGION.torso) && layer[i] !== bust.picture[i]),
    );
    expect(wrong).toEqual([]);
  });

  it('continues the neck upward to the strip length, darker with every pixel', async () => {
    const { layer, tops } = await paint(bust, geometry);
    const x = SIZE / 2,
      top = tops[x]!;
    expect(top).toBeGreaterThan(0);
    const red = Array.from({ length: geometry.neckStrip }, (_, k) => channels(layer[(top - 1 - k) * SIZE + x]!)[0]);
    for (let k = 1; k < red.length; k++) expect(red[k]).toBeLessThan(red[k - 1]!);
    // The strip is nearly linear over the few taps of the blur: within 2 of 255.
    expect(Math.abs(red[6]! - (0xc0 * geometry.shade[7]!) / 256)).toBeLessThanOrEqual(2);
    expect(layer[(top - 1 - geometry.neckStrip) * SIZE + x]).toBe(-1);
  });

  it('keeps the true background beside the jaw', async () => {
    const { layer } = await paint(bust, geometry);
    expect([...layer.keys()].filter((i) => bust.labels[i] === 0 && layer[i] !== -1)).toEqual([]);
  });

  it('replaces the mixed pixels around the head', async () => {
    const mixed = makeBust(SIZE);
    const { regions } = await paint(mixed, geometry);
    regions.forEach((region, i) => {
      if (region === REGION.margin) mixed.picture[i] = 0x00ff00;
    });
    const { layer } = await paint(mixed, geometry);
    expect([...layer].filter((c) => c >= 0 && channels(c)[1] > 0xf0 && channels(c)[0] < 0x20)).toEqual([]);
  });

  it('colours a neck hidden by a lowered chin as in the rest of the segment', async () => {
    const builder = new NeckProfileBuilder(geometry);
    const { tops } = await paint(bust, geometry);
    builder.add(tops, bust.picture);
    const profile = builder.build()!;
    const lowered = makeBust(SIZE, 12);
    const without = await paint(lowered, geometry),
      withProfile = await paint(lowered, geometry, profile);
    const x = SIZE / 2,
      collar = without.tops[SIZE + x]!;
    expect(without.tops[x]).toBe(-1);
    expect(collar).toBeGreaterThan(0);
    const above = channels(withProfile.layer[(collar - geometry.torsoStrip - 2) * SIZE + x]!);
    const [r, g, b] = channels(BUST.skin);
    const shade = geometry.shade[geometry.torsoStrip + 2]! / 256;
    // The blur mixes in the bright collar strip at one end: within 10 %.
    [r, g, b].forEach((c, k) => expect(Math.abs(above[k]! - c * shade)).toBeLessThan(0.1 * 255));
  });

  it('ignores a thin dark rim under the chin', async () => {
    const builder = new NeckProfileBuilder(geometry);
    builder.add((await paint(bust, geometry)).tops, bust.picture);
    const rim = makeBust(SIZE);
    const { tops } = await paint(rim, geometry);
    const x = SIZE / 2;
    for (let y = tops[x]!; y < tops[x]! + 12; y++) rim.picture[y * SIZE + x] = 0x200808;
    const { layer } = await paint(rim, geometry, builder.build());
    expect(channels(layer[(tops[x]! - 3) * SIZE + x]!)[0]).toBeGreaterThan(0x80);
  });

  it('continues the torso when no frame shows a neck', async () => {
    const scarf = makeBust(SIZE);
    scarf.labels.forEach((label, i) => {
      if (label === 2) {
        scarf.labels[i] = 3;
        scarf.picture[i] = BUST.shirt;
      }
    });
    const { layer, tops } = await paint(scarf, geometry, null);
    const x = SIZE / 2,
      top = tops[SIZE + x]!;
    expect(layer[(top - geometry.neckStrip) * SIZE + x]).toBeGreaterThan(0);
  });
});
