// The stages of the product, loaded when somebody needs them. A missing or misnamed one is named at once.
import { PortraitError, STAGE_NAMES, type StageName } from '@portrait/contracts';
import type { AnyStage, Registry } from '@portrait/stage-kit';

const PACKAGES: Readonly<Record<StageName, () => Promise<object>>> = {
  ingest: () => import('@portrait/stage-ingest'),
  'semantic-parsing': () => import('@portrait/stage-semantic-parsing'),
  landmarks: () => import('@portrait/stage-landmarks'),
  'face-tracking': () => import('@portrait/stage-face-tracking'),
  'audio-features': () => import('@portrait/stage-audio-features'),
  'neck-inpainting': () => import('@portrait/stage-neck-inpainting'),
  'head-training': () => import('@portrait/stage-head-training'),
  'lips-finetuning': () => import('@portrait/stage-lips-finetuning'),
  'torso-training': () => import('@portrait/stage-torso-training'),
  render: () => import('@portrait/stage-render'),
  join: () => import('@portrait/stage-render'),
  evaluate: () => import('@portrait/stage-evaluate'),
  compare: () => import('@portrait/stage-evaluate'),
};

/** `head-training` → `headTrainingStage` */
export const exportName = (stage: StageName): string =>
  `${stage.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())}Stage`;

export async function loadStage(name: StageName): Promise<AnyStage> {
  const module = (await PACKAGES[name]()) as Record<string, AnyStage | undefined>;
  const stage = module[exportName(name)];
  if (stage === undefined)
    throw new PortraitError('INTERNAL', `The package of ${name} does not export ${exportName(name)}.`);
  if (stage.name !== name)
    throw new PortraitError(
      'INTERNAL',
      `The package of ${name} exports a stage named ${stage.name} as ${exportName(name)}.`,
    );
  return stage;
}

export async function loadRegistry(): Promise<Registry> {
  const stages: [StageName, AnyStage][] = [];
  // One after the other: the packages share modules, and loaders of test runners do not link the same module twice at once.
  for (const name of STAGE_NAMES) stages.push([name, await loadStage(name)]);
  return Object.fromEntries(stages) as Registry;
}
