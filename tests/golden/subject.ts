// A made-up subject for goldens: an ellipsoid of coloured clouds as the head, a striped shape as the torso, a ramp
// behind them. All numbers come from a hash; no face, no training, no file.
import { Head, OCCUPANCY_CELLS, Torso, type HeadConfig } from '@portrait/kernels';

export const SIDE = 96;

/** Transmittance below which a ray of the goldens ends. */
export const EARLY_STOP_EPS = 1e-4;

const HEAD: HeadConfig = {
  backbone: 'modulation',
  ambientDim: 2,
  maxSamples: 16,
  spatialGrid: { indexing: 'tiled', baseResolution: 16, finestResolution: 2048, tableEntries: 65_536 },
  ambientGrid: { indexing: 'tiled', baseResolution: 4, finestResolution: 64, tableEntries: 65_536 },
  ambientGain: 6,
  densityBias: 2,
  audioToDensity: false,
  audioNetwork: 'mlp',
  audioInputs: 8,
  audioAttention: false,
};

/** Reproducible numbers in [-1, 1). */
export function noise(index: number): number {
  let h = Math.imul(index ^ 0x5bd1e995, 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return ((h ^ (h >>> 15)) >>> 0) / 0x8000_0000 - 1;
}

/** Weights of a new network are so small that everything is grey; these factors give the clouds colour and contrast. */
const HEAD_GAIN: Readonly<Record<string, number>> = {
  'audioNet.1.weight': 3,
  'ambientNet.0.weight': 2,
  'densityNet.0.weight': 6,
  'densityNet.1.weight': 3,
  'densityNet.2.geo.weight': 3,
  'colorNet.0.weight': 3,
  'colorNet.1.weight': 6,
};
const TORSO_GAIN: Readonly<Record<string, number>> = {
  'torso.deform.2': 30,
  'torso.color.0': 2,
  'torso.color.1': 2,
  'torso.color.2': 4,
};

export function madeUpHead(): Head {
  const head = new Head(HEAD, 7);
  head.setTensors(
    head
      .tensors()
      .filter(({ name }) => name.endsWith('Grid') || HEAD_GAIN[name])
      .map((tensor) => ({
        ...tensor,
        // Strong coarse levels make clouds, weak fine ones a grain; the coarse ones come first.
        data: HEAD_GAIN[tensor.name]
          ? tensor.data.map((v) => v * HEAD_GAIN[tensor.name]!)
          : tensor.data.map((_, k) => noise(k) * (k < 40_000 ? 0.5 : 0.02)),
      })),
  );
  const cells = new Uint8Array(OCCUPANCY_CELLS);
  for (let i = 0; i < cells.length; i++) {
    const [x, y, z] = [i % 128, (i >> 7) % 128, i >> 14].map((v) => (v + 0.5) / 64 - 1) as [number, number, number];
    cells[i] = (x / 0.32) ** 2 + (y / 0.44) ** 2 + (z / 0.36) ** 2 < 1 ? 1 : 0;
  }
  head.setOccupancy(cells);
  return head;
}

export function madeUpTorso(): Torso {
  const torso = new Torso({ frames: 1, torsoShrink: 0.8, finestResolution: 512, tableEntries: 65_536 }, 7);
  const changed: Record<string, { data: Float32Array }> = {};
  for (const [name, tensor] of Object.entries(torso.tensors())) {
    changed[name] =
      name === 'torso.tiledGrid'
        ? { data: tensor.data.map((_, k) => noise(k) * (k < 4000 ? 0.8 : 0.02)) }
        : { data: tensor.data.map((v) => v * (TORSO_GAIN[name] ?? 1)) };
    if (name === 'torso.occupancy')
      changed[name] = {
        data: Float32Array.from(tensor.data, (_, k) => (k >> 7 > 70 + Math.abs((k & 127) - 64) / 4 ? 1 : 0)),
      };
  }
  torso.setTensors(changed);
  return torso;
}

export function ramp(): Uint8Array {
  return Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, k) => {
    const pixel = Math.floor(k / 3);
    return [40 + (pixel % SIDE), 60 + Math.floor(pixel / SIDE), 120][k % 3]!;
  });
}

/** Camera at distance 3.3, turned about the vertical axis, degrees; [3,4] row-major camera to world. */
export function camera(degrees: number): Float32Array {
  const a = (degrees * Math.PI) / 180;
  return Float32Array.of(
    Math.cos(a),
    0,
    Math.sin(a),
    3.3 * Math.sin(a),
    0,
    1,
    0,
    0,
    -Math.sin(a),
    0,
    Math.cos(a),
    3.3 * Math.cos(a),
  );
}
