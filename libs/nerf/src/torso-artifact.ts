// The torso artifact: native torso ⇄ torso.safetensors + torso.json.
import { z } from 'zod';
import { PortraitError, type ArtifactReaderWriter, type ArtifactRef } from '@portrait/contracts';
import { Torso, type TorsoConfig } from '@portrait/kernels';
import { GRID_TABLE_ENTRIES } from './head-artifact.js';
import { readSafetensors, writeSafetensors, type Tensor } from './safetensors.js';

export const TORSO_FORMAT = 1;

export const torsoJsonSchema = z.object({
  format: z.literal(TORSO_FORMAT),
  size: z.number().int(),
  torsoShrink: z.number(),
  finestResolution: z.number().int(),
  /** Pose the inputs are centred on, see pose6. */
  referencePose: z.array(z.number()).length(6),
  steps: z.number().int(),
  metrics: z.record(z.string(), z.number()),
});
export type TorsoJson = z.infer<typeof torsoJsonSchema>;

export interface LoadedTorso {
  torso: Torso;
  json: TorsoJson;
}

export function torsoConfig(shape: Omit<TorsoConfig, 'tableEntries'>): TorsoConfig {
  return { ...shape, tableEntries: GRID_TABLE_ENTRIES };
}

export async function saveTorso(artifacts: ArtifactReaderWriter, loaded: LoadedTorso): Promise<ArtifactRef<'torso'>> {
  const tensors: Record<string, Tensor> = loaded.torso.tensors();
  const draft = await artifacts.create('torso');
  await writeSafetensors(draft.path('torso.safetensors'), {
    tensors,
    metadata: { format: String(TORSO_FORMAT), json: JSON.stringify(loaded.json) },
  });
  await draft.writeJson('torso.json', loaded.json);
  return draft.commit();
}

/** @throws PortraitError INCOMPATIBLE for a torso of another format. */
export async function loadTorso(artifacts: ArtifactReaderWriter, ref: ArtifactRef<'torso'>): Promise<LoadedTorso> {
  const raw = await artifacts.readJson<unknown>(ref, 'torso.json');
  const parsed = torsoJsonSchema.safeParse(raw);
  if (!parsed.success)
    throw new PortraitError(
      'INCOMPATIBLE',
      'This torso was made by another version (format ' +
        `${String((raw as { format?: unknown }).format)}, this one reads ${TORSO_FORMAT}).`,
      { hint: 'Train the portrait again.', cause: parsed.error },
    );
  const { tensors } = await readSafetensors(await artifacts.path(ref, 'torso.safetensors'));
  const { torsoShrink, finestResolution } = parsed.data;
  const frames = tensors['torso.appearance']?.shape[0] ?? 1;
  const torso = new Torso(torsoConfig({ frames, torsoShrink, finestResolution }), 0);
  torso.setTensors(tensors);
  return { torso, json: parsed.data };
}
