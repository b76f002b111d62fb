// Do the parts of a portrait and the speech features belong together? Asked before anything is computed.
import {
  clipJsonSchema,
  featuresJsonSchema,
  PortraitError,
  transformsSchema,
  type ArtifactReaderWriter,
  type ArtifactRecord,
  type ArtifactRef,
  type ClipJson,
  type FeaturesJson,
  type Transforms,
} from '@portrait/contracts';
import { z } from 'zod';

/** What is read of head.json here; the renderer checks the rest. */
const headFactsSchema = z.object({
  extractor: z.object({ name: z.string(), version: z.int() }),
  size: z.int(),
  eye: z.object({ closed: z.number(), open: z.number(), wide: z.number().positive() }),
});
const torsoFactsSchema = z.object({ size: z.int() });

interface Parts {
  head: z.infer<typeof headFactsSchema>;
  torso: z.infer<typeof torsoFactsSchema>;
  features: FeaturesJson;
  transforms: Transforms;
  clip: ClipJson;
}

/** Reads what the parts say of themselves. @throws PortraitError INCOMPATIBLE for a part of another version */
export async function readParts(artifacts: ArtifactReaderWriter, inputs: ArtifactRecord): Promise<Parts> {
  const read = async <T>(role: string, name: string, schema: z.ZodType<T>): Promise<T> => {
    const value = await artifacts.readJson<unknown>(inputs[role] as ArtifactRef, name);
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    const fields = result.error.issues.map((issue) => issue.path.join('.') || name);
    throw new PortraitError(
      'INCOMPATIBLE',
      `${name} was made by another version; it does not have what this one reads ` +
        `(${[...new Set(fields)].slice(0, 5).join(', ')}).`,
      { cause: result.error, hint: 'Make the portrait again from its video.', at: { file: name } },
    );
  };
  return {
    head: await read('head', 'head.json', headFactsSchema),
    torso: await read('torso', 'torso.json', torsoFactsSchema),
    features: await read('audioFeatures', 'features.json', featuresJsonSchema),
    transforms: await read('poses', 'transforms.json', transformsSchema),
    clip: await read('clip', 'clip.json', clipJsonSchema),
  };
}

/** @throws PortraitError INCOMPATIBLE, every mismatch named */
export function checkCompatible({ head, torso, features, transforms, clip }: Parts): void {
  const mismatches: string[] = [];
  if (head.extractor.name !== features.extractor || head.extractor.version !== features.version) {
    mismatches.push(
      `the portrait was trained with the audio extractor ${head.extractor.name} version ` +
        `${head.extractor.version}, the speech was read with ${features.extractor} version ` +
        `${features.version}`,
    );
  }
  if (torso.size !== head.size)
    mismatches.push(`the head was trained at ${head.size} px, the torso at ${torso.size} px`);
  if (clip.size !== head.size) mismatches.push(`the head was trained at ${head.size} px, the clip has ${clip.size} px`);
  if (transforms.w !== head.size || transforms.h !== head.size)
    mismatches.push(`the head was trained at ${head.size} px, the poses are for ${transforms.w}×${transforms.h} px`);
  if (mismatches.length > 0) {
    throw new PortraitError('INCOMPATIBLE', `These parts do not belong together: ${mismatches.join('; ')}.`, {
      hint: 'Use the extractor and the parts of one and the same portrait; "portrait inspect" shows them.',
    });
  }
}
