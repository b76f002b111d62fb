// The stages before training: features of sound, landmarks and classes of pictures, in-painting on every backend.
import { availableParallelism } from 'node:os';
import { EXTRACTOR_NAMES, INPAINTING_BACKENDS, neckInpaintingSpec } from '@portrait/contracts';
import { openFaceLandmarker, openSegmenter } from '@portrait/face';
import { openExtractor } from '@portrait/stage-audio-features';
import { chooseBackend, planColumns, stripGeometry } from '@portrait/stage-neck-inpainting';
import type { Benchmark } from './measure.js';
import { labelledFrame, portraitOf } from './subject.js';

const SIZE = 512;
const BATCH = 8;
const threads = availableParallelism();

const features = EXTRACTOR_NAMES.map((name): Benchmark => ({
  name: `audio features ${name}`,
  unit: 'seconds of speech',
  async open() {
    const extractor = await openExtractor(name);
    const { audio, sampleRate } = await portraitOf(128);
    async function* whole(): AsyncGenerator<Float32Array> {
      yield audio;
    }
    return {
      amount: audio.length / sampleRate,
      async run() {
        for await (const _ of extractor.extract(whole()));
      },
    };
  },
}));

/** Frames of the drawn portrait, `channels` bytes a pixel. */
async function pictures(channels: 3 | 4): Promise<Uint8Array[]> {
  const portrait = await portraitOf(SIZE);
  return Array.from({ length: BATCH }, (_, t) => {
    const rgb = portrait.frame(t * 5);
    return channels === 3
      ? rgb
      : new Uint8Array(SIZE * SIZE * 4).map((_, i) => (i % 4 === 3 ? 255 : rgb[3 * (i >> 2) + (i % 4)]!));
  });
}

const landmarks: Benchmark = {
  name: `landmarks ${SIZE}²`,
  unit: 'frames',
  async open() {
    const landmarker = await openFaceLandmarker({ threads });
    const frames = await pictures(4);
    return {
      amount: BATCH,
      run: () => Promise.all(frames.map((rgba) => landmarker.detect(rgba, SIZE, SIZE))),
      close: () => landmarker.close(),
    };
  },
};

const parsing: Benchmark = {
  name: `semantic parsing ${SIZE}²`,
  unit: 'frames',
  async open() {
    const segmenter = await openSegmenter({ threads });
    const frames = await pictures(3);
    return {
      amount: BATCH,
      run: () => Promise.all(frames.map((rgb) => segmenter.logits(rgb, SIZE))),
      close: () => segmenter.close(),
    };
  },
};

const inpainting = INPAINTING_BACKENDS.map((name): Benchmark => ({
  name: `neck in-painting ${SIZE}² ${name}`,
  unit: 'frames',
  async open() {
    const { picture, labels } = await labelledFrame(SIZE);
    const geometry = stripGeometry(SIZE, neckInpaintingSpec.params.parse({}));
    const { backend } = await chooseBackend(name, geometry, labels, picture);
    return {
      amount: 1,
      async run() {
        const regions = await backend.regions(labels);
        await backend.paint(picture, regions, planColumns(await backend.columns(regions), picture, geometry, null));
      },
      close: () => backend.close(),
    };
  },
}));

export const PREPROCESSING_BENCHMARKS: readonly Benchmark[] = [...features, landmarks, parsing, ...inpainting];
