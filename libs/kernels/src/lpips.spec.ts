import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { KERNEL_CALLS, type KernelCall } from '@portrait/contracts';
import { describeWithData, sharedData } from '@portrait/testing';
import { Lpips } from './lpips.js';

type Weights = Record<string, { shape: number[]; data: Float32Array }>;

function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1664525 + 1013904223) >>> 0) / 2 ** 32;
}

function randomWeights(): Weights {
  const next = random(1);
  const layers: [number, number, number][] = [
    [64, 3, 11],
    [192, 64, 5],
    [384, 192, 3],
    [256, 384, 3],
    [256, 256, 3],
  ];
  const weights: Weights = {};
  layers.forEach(([out, inputs, k], i) => {
    const taps = inputs * k * k;
    weights[`slice${i + 1}.weight`] = {
      shape: [out, inputs, k, k],
      data: Float32Array.from({ length: out * taps }, () => ((next() - 0.5) * 4) / Math.sqrt(taps)),
    };
    weights[`slice${i + 1}.bias`] = {
      shape: [out],
      data: Float32Array.from({ length: out }, () => (next() - 0.5) * 0.2),
    };
    weights[`lin${i}`] = { shape: [out], data: Float32Array.from({ length: out }, next) };
  });
  return weights;
}

const picture = (seed: number, width: number, height: number): Uint8Array => {
  const next = random(seed);
  return Uint8Array.from({ length: width * height * 3 }, () => next() * 256);
};

describe('Lpips', () => {
  let lpips: Lpips;
  beforeAll(() => {
    lpips = new Lpips(randomWeights());
  });

  it('finds no distance between equal pictures, and the same one both ways round', async () => {
    const a = picture(2, 40, 32);
    const b = picture(3, 40, 32);
    expect(await lpips.distance(a, a, 40, 32)).toBe(0);
    const there = await lpips.distance(a, b, 40, 32);
    expect(there).toBeGreaterThan(0);
    // The two pictures run through one batch in either order; only the sums of the comparison differ in rounding.
    expect(await lpips.distance(b, a, 40, 32)).toBeCloseTo(there, 6);
  });

  it('tells those who listen of each call, and costs nothing else', async () => {
    const heard: KernelCall[] = [];
    const listen = (call: unknown): void => void heard.push(call as KernelCall);
    const a = picture(2, 40, 32);
    subscribe(KERNEL_CALLS, listen);
    const began = Date.now();
    const distance = await lpips.distance(a, picture(3, 40, 32), 40, 32);
    const ended = Date.now();
    unsubscribe(KERNEL_CALLS, listen);
    expect(heard).toEqual([{ kernel: 'lpips.compare', start: expect.any(Number), end: expect.any(Number) }]);
    expect(heard[0]!.start).toBeGreaterThanOrEqual(began);
    expect(heard[0]!.end).toBeLessThanOrEqual(ended);
    expect(await lpips.distance(a, picture(3, 40, 32), 40, 32)).toBe(distance);
    expect(heard).toHaveLength(1);
  });

  it('reads bytes and floats alike', async () => {
    const a = picture(4, 33, 47);
    const b = picture(5, 33, 47);
    const floats = (bytes: Uint8Array): Float32Array => Float32Array.from(bytes, (v) => v / 255);
    expect(await lpips.distance(floats(a), floats(b), 33, 47)).toBeCloseTo(await lpips.distance(a, b, 33, 47), 6);
  });

  it('points its gradient where the distance grows', async () => {
    const image = Float32Array.from(picture(6, 32, 32), (v) => v / 255);
    const reference = picture(7, 32, 32);
    const { distance, gradient } = await lpips.gradient(image, reference, 32, 32);
    expect(distance).toBe(await lpips.distance(image, reference, 32, 32));
    const length = Math.hypot(...gradient);
    const step = 0.02;
    const moved = (sign: number): Float32Array => image.map((v, i) => v + (sign * step * gradient[i]!) / length);
    const slope =
      ((await lpips.distance(moved(1), reference, 32, 32)) - (await lpips.distance(moved(-1), reference, 32, 32))) /
      (2 * step);
    // A central difference over 0.02 of image space crosses ReLU kinks and float32 rounds the distance to 1e-7;
    // single pixels are checked in double precision by the native tests.
    expect(Math.abs(slope / length - 1)).toBeLessThan(0.05);
  });

  it('leaves the event loop free while it computes', async () => {
    let ticks = 0;
    const count = (): void => {
      ticks++;
      timer = setImmediate(count);
    };
    let timer = setImmediate(count);
    await lpips.distance(picture(8, 256, 256), picture(9, 256, 256), 256, 256);
    clearImmediate(timer);
    expect(ticks).toBeGreaterThan(0);
  });

  it('refuses what it cannot compare, in words', async () => {
    const small = picture(1, 31, 32);
    await expect(lpips.distance(small, small, 31, 32)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('31 x 32'),
    });
    await expect(lpips.distance(picture(1, 32, 32), small, 32, 32)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    const { lin3: _, ...without } = randomWeights();
    expect(() => new Lpips(without)).toThrow(
      expect.objectContaining({ code: 'INCOMPATIBLE', message: expect.stringContaining('lin3') }),
    );
    const broken = randomWeights();
    broken['slice2.bias']!.data[7] = NaN;
    expect(() => new Lpips(broken)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it('stops on request', async () => {
    const a = picture(1, 32, 32);
    await expect(lpips.distance(a, a, 32, 32, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});

const WEIGHTS = '../models/lpips_alex_v0.1.safetensors';
describeWithData('Lpips with the published weights', [WEIGHTS], () => {
  it('grows with noise and with blur', async () => {
    const lpips = new Lpips(await readWeights(sharedData(WEIGHTS)));
    const size = 64;
    const clean = Float32Array.from({ length: size * size * 3 }, (_, i) => {
      const x = ((i / 3) | 0) % size;
      const y = (i / 3 / size) | 0;
      return 0.5 + 0.25 * Math.sin(x / 3 + (i % 3)) + 0.2 * Math.sign(Math.sin(y / 6) * Math.cos(x / 9));
    });
    const next = random(11);
    const noise = clean.map(() => next() - 0.5);
    const noisy = (amount: number): Float32Array => clean.map((v, i) => v + amount * noise[i]!);
    const distances = await Promise.all(
      [0, 0.05, 0.2, 0.8].map((amount) => lpips.distance(clean, noisy(amount), size, size)),
    );
    expect(distances[0]).toBe(0);
    for (let i = 1; i < distances.length; i++) expect(distances[i]).toBeGreaterThan(distances[i - 1]!);
    expect(distances.at(-1)).toBeGreaterThan(0.3);
    const flat = clean.map((_, i) => clean[(((i / 3) | 0) - (((i / 3) | 0) % 8)) * 3 + (i % 3)]!);
    expect(await lpips.distance(clean, flat, size, size)).toBeGreaterThan(distances[1]!);
  });
});

async function readWeights(path: string): Promise<Weights> {
  const bytes = await readFile(path);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<
    string,
    { shape: number[]; data_offsets: [number, number] }
  >;
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__');
  return Object.fromEntries(
    entries.map(
      ([
        name,
        {
          shape,
          data_offsets: [from, to],
        },
      ]) => [name, { shape, data: new Float32Array(Uint8Array.from(bytes.subarray(start + from, start + to)).buffer) }],
    ),
  );
}
