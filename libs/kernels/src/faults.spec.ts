// Faults found in review, one test each: what the binding once accepted and now refuses in words.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Head, Torso, type HeadConfig, type HeadView } from './index.js';
import { loadNative } from './native.js';
import { exampleGrid, exampleHeadConfig, exampleTorsoConfig } from './options.testing.js';

const SIDE = 32;
const SMALL = exampleGrid({ baseResolution: 4, finestResolution: 32, tableEntries: 4096 });
const CONFIG = exampleHeadConfig({ spatialGrid: SMALL, ambientGrid: SMALL });
const INVALID = expect.objectContaining({ code: 'INVALID_ARGUMENT' });
const view = (change: Partial<HeadView> = {}): HeadView => ({
  camera: Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3.3),
  focal: 80,
  cx: SIDE / 2,
  cy: SIDE / 2,
  width: SIDE,
  height: SIDE,
  audio: new Float32Array(8),
  eye: 0.3,
  background: new Uint8Array(SIDE * SIDE * 3),
  ...change,
});
const picture = (): Uint8Array => new Uint8Array(SIDE * SIDE * 3);

describe('faults of the binding', () => {
  it.each([
    ['NaN', { densityBias: NaN }],
    ['infinity', { ambientGain: Infinity }],
    ['a fraction', { maxSamples: 2.5 }],
    ['NaN inside a grid', { spatialGrid: { ...SMALL, finestResolution: NaN } }],
    ['a field too many', { rateGrids: 1 }],
    ['a missing field', { audioInputs: undefined }],
  ])('refuses %s in a configuration', (_, change) => {
    expect(() => new Head({ ...CONFIG, ...change } as HeadConfig, 1)).toThrow(INVALID);
  });

  it.each([
    ['camera', { camera: new Float32Array(12).fill(NaN) }],
    ['eye', { eye: NaN }],
    ['focal', { focal: Infinity }],
    ['audio', { audio: new Float32Array(8).fill(NaN) }],
    ['audioCode', { audioCode: new Float32Array(64).fill(Infinity) }],
    ['appearance', { appearance: new Float32Array(4).fill(NaN) }],
    ['axes that are no rotation', { camera: new Float32Array(12).fill(1e-20) }],
  ])('refuses a picture whose numbers cannot be meant: %s', async (_, change) => {
    const head = new Head(CONFIG, 1);
    await expect(head.render(view(change), picture(), { earlyStopEps: 1e-4 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  it('refuses an early stop that is not a share', async () => {
    const head = new Head(CONFIG, 1);
    for (const earlyStopEps of [NaN, -1, 1])
      await expect(head.render(view(), picture(), { earlyStopEps })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
  });

  it('refuses negative seeds and fractions', () => {
    for (const seed of [-1, 0.5, NaN]) {
      expect(() => new Head(CONFIG, seed)).toThrow(INVALID);
      expect(() => new Torso(exampleTorsoConfig(), seed)).toThrow(INVALID);
    }
  });

  it('rejects a call whose output was detached while it ran', async () => {
    const head = new Head(CONFIG, 1);
    const out = picture();
    const running = head.render(view(), out, { earlyStopEps: 1e-4 });
    structuredClone(out.buffer, { transfer: [out.buffer as ArrayBuffer] });
    await expect(running).rejects.toMatchObject({ message: expect.stringContaining('detached') });
  });

  it('does not read inputs that change or are detached while it runs', async () => {
    const head = new Head(CONFIG, 1);
    const [expected, out] = [picture(), picture()];
    const background = (): Uint8Array => picture().fill(90);
    await head.render(view({ background: background() }), expected, { earlyStopEps: 1e-4 });
    const lent = background();
    const running = head.render(view({ background: lent }), out, { earlyStopEps: 1e-4 });
    structuredClone(lent.buffer, { transfer: [lent.buffer as ArrayBuffer] });
    await running;
    expect(out).toEqual(expected);
  });

  it('takes abort flags in shared memory only', () => {
    const { native } = new Head(CONFIG, 1);
    const { audio, ...rest } = view();
    const plain = {
      ...rest,
      audio: audio!,
      audioCode: null,
      appearance: null,
      region: null,
      precision: 'fp32' as const,
    };
    expect(() => native.render(plain, picture(), null, 1e-4, new Int32Array(1))).toThrow(/SharedArrayBuffer/);
  });

  it('refuses methods on objects of another class', () => {
    const { native } = new Head(CONFIG, 1);
    const torso = new Torso(exampleTorsoConfig(), 1);
    const { tensors } = Object.getPrototypeOf(native) as { tensors: () => unknown };
    expect(() => tensors.call(torso.native)).toThrow();
    expect(() => tensors.call({})).toThrow();
    expect(loadNative().kernelInfo().isas).toContain('base');
  });

  it('uses more than eight threads when asked, and refuses what is no number of threads', () => {
    const addon =
      process.env['PORTRAIT_KERNELS'] ??
      resolve(import.meta.dirname, '../../../native-kernels/build/portrait_kernels.node');
    const threads = (value: string): string => {
      const code = `console.log(require(${JSON.stringify(addon)}).kernelInfo().threads)`;
      const env = { ...process.env, PORTRAIT_THREADS: value };
      const { stdout, stderr } = spawnSync(process.execPath, ['-e', code], { env, encoding: 'utf8' });
      return stdout.trim() || stderr;
    };
    expect(threads('9')).toBe('9');
    expect(threads('64')).toBe('64');
    for (const value of ['257', '0', 'many']) expect(threads(value)).toContain('PORTRAIT_THREADS must be');
  });
});
