// Presets: small sets of parameters that inherit. A preset names stages of the portrait graph and what it changes
// there.
import { didYouMean, PortraitError, type StageName } from '@portrait/contracts';
import { mergeParams } from './merge-params.js';

export interface Preset {
  readonly parent?: PresetName;
  readonly purpose: string;
  readonly params: Partial<Record<StageName, Record<string, unknown>>>;
}
export type PresetName = 'standard' | 'preview' | 'paper';

const paperGrid = { baseResolution: 16, finestResolution: 2048 };
const paperOptim = {
  raysPerStep: 65_536,
  framesPerStep: 1,
  mouthShare: 0,
  eyesShare: 0,
  gridLearningRate: 5e-3,
  netLearningRate: 5e-4,
  entropyWeight: 1e-4,
  ambientWeight: 0.1,
  ambientRampStart: 0,
  audioNoise: 0,
  emaInterval: 1000,
};

export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  standard: { purpose: 'daily use: 512², about an hour on two cores', params: { ingest: { size: 512 } } },
  preview: {
    parent: 'standard',
    purpose: 'a first look: 256², minutes',
    params: {
      ingest: { size: 256 },
      'head-training': { steps: 3_000, evaluations: 2, evaluationFrames: 80 },
      'lips-finetuning': { steps: 300, evaluationFrames: 80, patchSize: 32 },
      'torso-training': { steps: 1_000 },
    },
  },
  // The paper's schedule and networks. With them the mouth hardly moves on a minute of speech, so the gate only warns.
  paper: {
    parent: 'standard',
    purpose: "the paper's own networks and schedule, for comparison; many hours",
    params: {
      ingest: { size: 'source' },
      'head-training': {
        steps: 20_000,
        gate: 'warning',
        optim: paperOptim,
        model: { ambientGrid: paperGrid, ambientGain: 1, densityBias: 0, audioNetwork: 'conv', audioAttention: true },
      },
      'lips-finetuning': { steps: 5_000, gate: 'warning', optim: paperOptim },
      'torso-training': {
        steps: 20_000,
        raysPerStep: 65_536,
        framesPerStep: 1,
        netLearningRate: 5e-4,
        alphaWeight: 0,
        finestResolution: 2048,
        deformOctaves: 10,
      },
    },
  },
};

/** @throws PortraitError INVALID_ARGUMENT naming the presets there are, or the one that was meant */
export function requirePreset(name: string): PresetName {
  if (Object.hasOwn(PRESETS, name)) return name as PresetName;
  throw new PortraitError('INVALID_ARGUMENT', `There is no preset "${name}".${didYouMean(name, Object.keys(PRESETS))}`);
}

/** Parameters by stage: those of the preset's ancestors first, then its own, then `overrides`. */
export function resolvePreset(
  name: string,
  overrides: Partial<Record<StageName, unknown>> = {},
): Partial<Record<StageName, unknown>> {
  const { parent, params }: Preset = PRESETS[requirePreset(name)];
  const base = parent ? resolvePreset(parent) : {};
  return mergeParams(mergeParams(base, params), overrides) as Partial<Record<StageName, unknown>>;
}
