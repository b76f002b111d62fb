// The extractors by name and version. Both are recorded with every portrait, so that training and rendering use the
// same features; a change of the numbers raises the version.
import { EXTRACTOR_NAMES, PortraitError, type ExtractorName, type Logger } from '@portrait/contracts';
import { MODELS, modelPath, type ModelName } from '@portrait/models';
import { openMoonshine } from './moonshine.js';
import { MOONSHINE_STATISTICS } from './statistics/moonshine-tiny-layer3.js';
import { WHISPER_MEAN_MEL, WHISPER_STATISTICS } from './statistics/whisper-base-layer2.js';
import type { Statistics } from './statistics/statistics.js';
import { openWhisper } from './whisper.js';
import { encodeInWindows, type FeatureBlock, type WindowEncoder } from './windows.js';

interface ExtractorSpec {
  version: number;
  channels: number;
  model: ModelName;
  statistics: Statistics;
  open(path: string): Promise<WindowEncoder>;
}

const EXTRACTORS = {
  'moonshine-tiny-layer3': {
    version: 1,
    channels: 288,
    model: 'moonshine-tiny-encoder',
    statistics: MOONSHINE_STATISTICS,
    open: openMoonshine,
  },
  'whisper-base-layer2': {
    version: 1,
    channels: 128,
    model: 'whisper-base-layer2',
    statistics: WHISPER_STATISTICS,
    open: (path) => openWhisper(path, WHISPER_MEAN_MEL),
  },
} as const satisfies Record<ExtractorName, ExtractorSpec>;

export interface Extractor {
  readonly name: ExtractorName;
  readonly version: number;
  readonly channels: number;
  readonly modelSha256: string;
  /** 16 kHz mono samples in chunks of any size → standardised features at 50 Hz, in order, in bounded memory. */
  extract(chunks: AsyncIterable<Float32Array>): AsyncGenerator<FeatureBlock>;
}

/** Standardised values are clamped to ± this (ours): one loud or empty window must not outweigh speech. */
const MAX_STANDARDISED = 6;

/** @throws PortraitError INVALID_ARGUMENT for an unknown name, MODEL_UNAVAILABLE without its model */
export async function openExtractor(
  name: string,
  options: { signal?: AbortSignal; log?: Logger } = {},
): Promise<Extractor> {
  if (!Object.hasOwn(EXTRACTORS, name)) {
    throw new PortraitError(
      'INVALID_ARGUMENT',
      `There is no audio extractor "${name}"; the extractors are ${EXTRACTOR_NAMES.join(', ')}.`,
      { hint: 'Use the extractor the portrait was trained with; it is named in its features.json.' },
    );
  }
  const known = name as ExtractorName;
  const spec: ExtractorSpec = EXTRACTORS[known];
  const encoder = await spec.open(await modelPath(spec.model, options));
  return {
    name: known,
    version: spec.version,
    channels: spec.channels,
    modelSha256: MODELS[spec.model].sha256,
    async *extract(chunks) {
      for await (const block of encodeInWindows(chunks, encoder))
        yield { ...block, data: standardise(block.data, spec.statistics) };
    },
  };
}

/** (x − mean) / deviation per channel, clamped. */
export function standardise(features: Float32Array, { mean, deviation }: Statistics): Float32Array {
  const channels = mean.length;
  return features.map((x, i) =>
    Math.max(-MAX_STANDARDISED, Math.min(MAX_STANDARDISED, (x - mean[i % channels]!) / deviation[i % channels]!)),
  );
}
