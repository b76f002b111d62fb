// One table of cases for every backend: equal to the reference, or skipped with the reason why it cannot run here.
import { describe, expect, it } from '@jest/globals';
import { planColumns } from '../column-plan.js';
import { stripGeometry, type StripBackend } from '../geometry.js';
import { INPAINTING_BACKENDS, neckInpaintingSpec } from '@portrait/contracts';
import { makeBust, makeNoise, type Bust } from '../synthetic-bust.testing.js';
import { chooseBackend, openBackend } from './choose.js';
import { openPlainBackend } from './plain.js';

const SIZE = 96;
const geometry = stripGeometry(SIZE, { ...neckInpaintingSpec.params.parse({}), headMargin: 10, blurRadius: 10 });
const cases: [string, Bust][] = [
  ['bust', makeBust(SIZE)],
  ['lowered chin', makeBust(SIZE, 10)],
  ['noise 1', makeNoise(SIZE, 1)],
  ['noise 2', makeNoise(SIZE, 2)],
  ['nothing', { size: SIZE, picture: new Float32Array(SIZE * SIZE), labels: new Float32Array(SIZE * SIZE) }],
  [
    'all torso',
    {
      size: SIZE,
      picture: new Float32Array(SIZE * SIZE).fill(0xffffff),
      labels: new Float32Array(SIZE * SIZE).fill(3),
    },
  ],
];

async function everyPass(backend: StripBackend, { labels, picture }: Bust): Promise<Float32Array[]> {
  const regions = await backend.regions(labels);
  const tops = await backend.columns(regions);
  return [regions, tops, await backend.paint(picture, regions, planColumns(tops, picture, geometry, null))];
}

/** Opened before the tests are declared, so that backends which cannot run are listed as skipped, with the reason. */
const opened = await Promise.all(
  INPAINTING_BACKENDS.filter((name) => name !== 'plain').map(async (name) => {
    try {
      return { name, backend: await openBackend(name, geometry), reason: '' };
    } catch (error) {
      return { name, backend: null, reason: (error as Error).message };
    }
  }),
);

for (const { name, backend, reason } of opened) {
  if (!backend) {
    describe.skip(`in-painting on ${name} (not supported, because ${reason})`, () => {
      it('equals the reference', () => undefined);
    });
    continue;
  }
  describe(`in-painting on ${name}`, () => {
    it.each(cases)('equals the reference: %s', async (_, bust) => {
      const expected = await everyPass(openPlainBackend(geometry), bust),
        got = await everyPass(backend, bust);
      // Equal, not close: all values are integers below 2²⁴.
      expected.forEach((numbers, pass) => expect(got[pass]!.findIndex((v, i) => v !== numbers[i])).toBe(-1));
    });
  });
}

describe('chooseBackend', () => {
  it('chooses the fastest backend that runs', async () => {
    const { labels, picture } = makeBust(SIZE);
    const { backend, reports } = await chooseBackend('auto', geometry, labels, picture);
    const ran = reports.filter((r) => r.milliseconds !== null);
    expect(ran.length).toBeGreaterThan(0);
    expect(backend.name).toBe(ran.reduce((a, b) => (b.milliseconds! < a.milliseconds! ? b : a)).name);
    for (const report of reports) if (report.milliseconds === null) expect(report.reason).toBeTruthy();
    await backend.close();
  });

  it('refuses a backend that cannot run here, with the reason', async () => {
    const missing = opened.find((o) => !o.backend);
    if (!missing) return; // every backend runs on this machine
    await expect(
      chooseBackend(missing.name, geometry, makeBust(SIZE).labels, makeBust(SIZE).picture),
    ).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
  });
});
