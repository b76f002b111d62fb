// The head artifact: native head ⇄ head.safetensors + head.json. Also what else a portrait needs to know of its
// training.
import { z } from 'zod';
import {
  headModelSchema,
  PortraitError,
  type ArtifactReaderWriter,
  type ArtifactRef,
  type HeadModelParams,
} from '@portrait/contracts';
import { Head, type HeadConfig } from '@portrait/kernels';
import { audioConditioningFromTensors, WINDOW, type AudioConditioning } from './audio-conditioning.js';
import { readSafetensors, writeSafetensors, type Tensor } from './safetensors.js';

/** Raised when head.safetensors or head.json change their meaning. */
export const HEAD_FORMAT = 1;
/** Entries of a grid level at most (paper), of heads and torsos. */
export const GRID_TABLE_ENTRIES = 65_536;
/** Largest density seen in each cell, x fastest; −1 where never evaluated. */
const DENSITY_GRID = 'densityGrid';

export const headJsonSchema = z.object({
  format: z.literal(HEAD_FORMAT),
  /** What the audio features were made with; rendering refuses any other. */
  extractor: z.object({ name: z.string(), version: z.number().int() }),
  model: headModelSchema,
  /** Side of the frames it was trained on, px. */
  size: z.number().int(),
  /**
   * Eye openness of this person over the training frames: percentiles 2, 50 and 98 of the raw measure; 1 is the 98th.
   */
  eye: z.object({ closed: z.number(), open: z.number(), wide: z.number() }),
  trainFrames: z.number().int(),
  frames: z.number().int(),
  steps: z.object({ head: z.number().int(), lips: z.number().int() }),
  metrics: z.record(z.string(), z.number()),
});
export type HeadJson = z.infer<typeof headJsonSchema>;

export interface LoadedHead {
  head: Head;
  json: HeadJson;
  conditioning: AudioConditioning;
}

export function headConfig(model: HeadModelParams, audioInputDim: number): HeadConfig {
  // How the encoder's input is made is the conditioning's concern, not the network's.
  const { audioComponents: _components, audioChannelComponents: _channelComponents, ...network } = model;
  return {
    ...network,
    spatialGrid: { ...model.spatialGrid, tableEntries: GRID_TABLE_ENTRIES },
    ambientGrid: { ...model.ambientGrid, tableEntries: GRID_TABLE_ENTRIES },
    audioInputs: model.audioNetwork === 'mlp' ? audioInputDim : audioInputDim / WINDOW,
  };
}

/**
 * From the inputs of frames i−4 … i+3 to what the encoder of this head takes: all of them with attention, else only
 * those of i.
 */
export function encoderInput(model: HeadModelParams, around: Float32Array): Float32Array {
  if (model.audioAttention) return around;
  const inputDim = around.length / 8;
  return around.slice(4 * inputDim, 5 * inputDim);
}

export async function saveHead(artifacts: ArtifactReaderWriter, loaded: LoadedHead): Promise<ArtifactRef<'head'>> {
  const tensors: Record<string, Tensor> = {
    ...loaded.conditioning.tensors(),
    [DENSITY_GRID]: { shape: [128, 128, 128], data: loaded.head.occupancy() },
  };
  for (const { name, shape, data } of loaded.head.tensors()) tensors[name] = { shape, data };
  const draft = await artifacts.create('head');
  await writeSafetensors(draft.path('head.safetensors'), {
    tensors,
    metadata: { format: String(HEAD_FORMAT), json: JSON.stringify(loaded.json) },
  });
  await draft.writeJson('head.json', loaded.json);
  return draft.commit();
}

/** @throws PortraitError INCOMPATIBLE for a head of another format or with tensors of other shapes. */
export async function loadHead(artifacts: ArtifactReaderWriter, ref: ArtifactRef<'head'>): Promise<LoadedHead> {
  const raw = await artifacts.readJson<unknown>(ref, 'head.json');
  const parsed = headJsonSchema.safeParse(raw);
  if (!parsed.success)
    throw new PortraitError(
      'INCOMPATIBLE',
      'This head was made by another version (format ' +
        `${String((raw as { format?: unknown }).format)}, this one reads ${HEAD_FORMAT}).`,
      { hint: 'Train the portrait again.', cause: parsed.error },
    );
  const { tensors } = await readSafetensors(await artifacts.path(ref, 'head.safetensors'));
  const conditioning = audioConditioningFromTensors(tensors);
  const head = new Head(headConfig(parsed.data.model, conditioning.inputDim), 0);
  const own = Object.keys(conditioning.tensors());
  head.setTensors(
    Object.entries(tensors)
      .filter(([name]) => !own.includes(name) && name !== DENSITY_GRID)
      .map(([name, tensor]) => ({ name, ...tensor })),
  );
  const density = tensors[DENSITY_GRID];
  if (!density)
    throw new PortraitError('INCOMPATIBLE', `The head has no tensor ${DENSITY_GRID}.`, {
      hint: 'Train the portrait again.',
    });
  head.setOccupancyDensity(density.data);
  return { head, json: parsed.data, conditioning };
}
