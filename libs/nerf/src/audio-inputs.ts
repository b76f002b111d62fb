// Audio inputs of a speech of any length in constant memory: features are read and projected in blocks around the
// frames asked for. Before the first and after the last feature the edge is held: a recording ends as it fades, mostly
// in silence, while zeros would be the mean of the training speech and leave the mouth half open.
import { readNpyRows } from '@portrait/media';
import { WINDOW, type AudioConditioning } from './audio-conditioning.js';

/** Frames projected at once. */
const BLOCK = 256;
/** Frames i−4 … i+3 around a frame are what audio attention looks at (paper, section 3.3). */
const NEIGHBOURS = 8;
/** Extra frames at both ends of a block, whose windows are cut off. */
const EDGE = WINDOW / 4;

export interface AudioInputs {
  /** Inputs of frames i−4 … i+3, [8 × inputDim]. A pure function of `frame`; frames beyond the ends hear the edge. */
  around(frame: number): Promise<Float32Array>;
}

/**
 * @param path features.npy, [T, channels] at 50 Hz
 * @param smoothing frames averaged for every input, odd, centred; 1 is none
 */
export function openAudioInputs(path: string, conditioning: AudioConditioning, smoothing = 1): AudioInputs {
  const { channels, inputDim } = conditioning;
  const half = (smoothing - 1) / 2;
  const blocks = new Map<number, Promise<Float32Array>>();

  const block = (index: number): Promise<Float32Array> => {
    let found = blocks.get(index);
    if (!found) {
      found = project(index);
      found.catch(() => blocks.delete(index));
      blocks.set(index, found);
      // A frame needs two blocks at most; the frames before are not asked for again.
      while (blocks.size > 3) blocks.delete(blocks.keys().next().value!);
    }
    return found;
  };

  async function project(index: number): Promise<Float32Array> {
    const frames = BLOCK + 2 * EDGE;
    const first = 2 * (index * BLOCK - EDGE);
    const { rows } = await readNpyRows(path, 0, 0);
    const nearest = (row: number): number => Math.min(Math.max(row, 0), Math.max(0, rows - 1));
    const from = nearest(first);
    const { data } = await readNpyRows(path, from, nearest(first + 2 * frames - 1) - from + 1);
    const features = new Float32Array(2 * frames * channels);
    for (let k = 0; k < 2 * frames; k++) {
      const at = (nearest(first + k) - from) * channels;
      features.set(data.subarray(at, at + channels), k * channels);
    }
    return conditioning.inputs(features, frames).slice(EDGE * inputDim, (EDGE + BLOCK) * inputDim);
  }

  async function add(out: Float32Array, offset: number, frame: number): Promise<void> {
    const index = Math.floor(frame / BLOCK);
    const values = await block(index);
    const at = (frame - index * BLOCK) * inputDim;
    for (let k = 0; k < inputDim; k++) out[offset + k]! += values[at + k]!;
  }

  return {
    async around(frame) {
      const out = new Float32Array(NEIGHBOURS * inputDim);
      for (let k = 0; k < NEIGHBOURS; k++) {
        for (let j = -half; j <= half; j++) await add(out, k * inputDim, frame - NEIGHBOURS / 2 + k + j);
      }
      if (half > 0) for (let k = 0; k < out.length; k++) out[k]! /= smoothing;
      return out;
    },
  };
}
