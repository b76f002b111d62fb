// From audio features (50 Hz) to what the audio network sees for one video frame (25 Hz).
// A window of 16 features, 2i−8 … 2i+7, as the released code of the paper has it (320 ms around the frame).
// Ours: the window is projected on its principal components over the training frames. A minute of speech holds too few
// different windows for the paper's convolution over 288 channels to generalise; the projection bounds what it can
// memorise.
import { PortraitError } from '@portrait/contracts';
import { principalComponents } from './principal-components.js';
import type { Tensor } from './safetensors.js';

export const WINDOW = 16;
const BEFORE = 8;

export interface AudioConditioning {
  /**
   * `pca`: inputs are [frames, components]. `window`: inputs are [frames, 16, channels], for the paper's convolution.
   */
  readonly kind: 'pca' | 'window';
  readonly channels: number;
  /** Numbers a frame. */
  readonly inputDim: number;
  /** @param features [T, channels] → [frames, inputDim] */
  inputs(features: Float32Array, frames: number): Float32Array;
  tensors(): Record<string, Tensor>;
}

export interface ConditioningOptions {
  kind: 'pca' | 'window';
  /** Components a window is projected on. */
  components: number;
  /** Components a single feature is projected on before windows are made. */
  channelComponents: number;
}

/** @param features [T, channels] of the training clip; only windows of the first `trainFrames` frames are looked at. */
export function fitAudioConditioning(
  features: Float32Array,
  channels: number,
  trainFrames: number,
  options: ConditioningOptions,
): AudioConditioning {
  const rows = Math.min(features.length / channels, trainFrames * 2);
  const { mean, scale } = columnStatistics(features.subarray(0, rows * channels), channels);
  if (options.kind === 'window') return windowConditioning(channels, mean, scale);

  const standard = standardise(features.subarray(0, rows * channels), channels, mean, scale);
  const first = principalComponents(standard, channels, options.channelComponents);
  const narrow = first.deviation.length;
  const projected = projectRows(standard, channels, first.mean, first.basis);
  const windows = gatherWindows(projected, narrow, trainFrames);
  const second = principalComponents(
    windows,
    narrow * WINDOW,
    Math.min(options.components, Math.max(8, Math.floor(trainFrames / 4))),
    16,
  );
  // Half whitening: strong components stay stronger, weak ones are not blown up to noise.
  const gain = Float64Array.from(
    second.deviation,
    (d) => 1 / Math.sqrt(Math.max(d, 1e-6) * Math.max(second.deviation[0]!, 1e-6)),
  );
  return pcaConditioning({
    channels,
    mean,
    scale,
    narrow,
    first: first.basis,
    firstMean: first.mean,
    second: second.basis,
    secondMean: second.mean,
    gain,
  });
}

export function audioConditioningFromTensors(tensors: Record<string, Tensor>): AudioConditioning {
  const need = (name: string): Tensor => {
    const tensor = tensors[`audioInput.${name}`];
    if (!tensor)
      throw new PortraitError(
        'INCOMPATIBLE',
        `The head has no tensor audioInput.${name}; it was made by another version.`,
        { hint: 'Train the portrait again.' },
      );
    return tensor;
  };
  const mean = Float64Array.from(need('feature_mean').data);
  const scale = Float64Array.from(need('feature_scale').data);
  const channels = mean.length;
  if (!tensors['audioInput.window_basis']) return windowConditioning(channels, mean, scale);
  return pcaConditioning({
    channels,
    mean,
    scale,
    narrow: need('channel_basis').shape[0]!,
    first: Float64Array.from(need('channel_basis').data),
    firstMean: Float64Array.from(need('channel_mean').data),
    second: Float64Array.from(need('window_basis').data),
    secondMean: Float64Array.from(need('window_mean').data),
    gain: Float64Array.from(need('window_gain').data),
  });
}

function windowConditioning(channels: number, mean: Float64Array, scale: Float64Array): AudioConditioning {
  return {
    kind: 'window',
    channels,
    inputDim: WINDOW * channels,
    inputs: (features, frames) => gatherWindows(standardise(features, channels, mean, scale), channels, frames),
    tensors: () => ({ 'audioInput.feature_mean': vector(mean), 'audioInput.feature_scale': vector(scale) }),
  };
}

interface Projection {
  channels: number;
  mean: Float64Array;
  scale: Float64Array;
  narrow: number;
  first: Float64Array;
  firstMean: Float64Array;
  second: Float64Array;
  secondMean: Float64Array;
  gain: Float64Array;
}

function pcaConditioning(raw: Projection): AudioConditioning {
  // Rounded to what is stored, so that a portrait read back gives the same inputs as the one just trained.
  const p = Object.fromEntries(
    Object.entries(raw).map(([k, v]) => [k, v instanceof Float64Array ? Float64Array.from(Float32Array.from(v)) : v]),
  ) as unknown as Projection;
  const inputDim = p.gain.length;
  return {
    kind: 'pca',
    channels: p.channels,
    inputDim,
    inputs(features, frames) {
      const narrow = projectRows(standardise(features, p.channels, p.mean, p.scale), p.channels, p.firstMean, p.first);
      const out = projectRows(gatherWindows(narrow, p.narrow, frames), p.narrow * WINDOW, p.secondMean, p.second);
      for (let i = 0; i < out.length; i++) out[i]! *= p.gain[i % inputDim]!;
      return out;
    },
    tensors: () => ({
      'audioInput.feature_mean': vector(p.mean),
      'audioInput.feature_scale': vector(p.scale),
      'audioInput.channel_mean': vector(p.firstMean),
      'audioInput.channel_basis': matrix(p.first, p.channels),
      'audioInput.window_mean': vector(p.secondMean),
      'audioInput.window_basis': matrix(p.second, p.narrow * WINDOW),
      'audioInput.window_gain': vector(p.gain),
    }),
  };
}

function columnStatistics(rows: Float32Array, columns: number): { mean: Float64Array; scale: Float64Array } {
  const n = rows.length / columns;
  const mean = new Float64Array(columns);
  const scale = new Float64Array(columns);
  for (let i = 0; i < rows.length; i++) mean[i % columns]! += rows[i]! / n;
  for (let i = 0; i < rows.length; i++) scale[i % columns]! += (rows[i]! - mean[i % columns]!) ** 2 / n;
  for (let c = 0; c < columns; c++) scale[c] = 1 / Math.sqrt(scale[c]! + 1e-6);
  return { mean, scale };
}

function standardise(rows: Float32Array, columns: number, mean: Float64Array, scale: Float64Array): Float32Array {
  const out = new Float32Array(rows.length);
  for (let i = 0; i < rows.length; i++) out[i] = (rows[i]! - mean[i % columns]!) * scale[i % columns]!;
  return out;
}

/** Features before the start and after the end are zero, which is the mean of the training speech. */
function gatherWindows(rows: Float32Array, columns: number, frames: number): Float32Array {
  const length = rows.length / columns;
  const out = new Float32Array(frames * WINDOW * columns);
  for (let f = 0; f < frames; f++) {
    for (let k = 0; k < WINDOW; k++) {
      const t = 2 * f - BEFORE + k;
      if (t >= 0 && t < length) out.set(rows.subarray(t * columns, (t + 1) * columns), (f * WINDOW + k) * columns);
    }
  }
  return out;
}

function projectRows(rows: Float32Array, columns: number, mean: Float64Array, basis: Float64Array): Float32Array {
  const n = rows.length / columns;
  const k = basis.length / columns;
  const out = new Float32Array(n * k);
  const centred = new Float64Array(columns);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < columns; c++) centred[c] = rows[i * columns + c]! - mean[c]!;
    for (let a = 0; a < k; a++) {
      let sum = 0;
      for (let c = 0; c < columns; c++) sum += centred[c]! * basis[a * columns + c]!;
      out[i * k + a] = sum;
    }
  }
  return out;
}

const vector = (data: Float64Array): Tensor => ({ shape: [data.length], data: Float32Array.from(data) });
const matrix = (data: Float64Array, columns: number): Tensor => ({
  shape: [data.length / columns, columns],
  data: Float32Array.from(data),
});
