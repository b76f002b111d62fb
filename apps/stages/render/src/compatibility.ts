// Do the parts of a portrait and the speech features belong together? Asked before anything is computed.
import { PortraitError, type ClipJson, type FeaturesJson, type Transforms } from '@portrait/contracts';
import { z } from 'zod';

/** What is read of head.json here; the renderer checks the rest. */
export const headFactsSchema = z.object({
  extractor: z.object({ name: z.string(), version: z.int() }), size: z.int(),
  eye: z.object({ closed: z.number(), open: z.number(), wide: z.number().positive() }),
});
export const torsoFactsSchema = z.object({ size: z.int() });

export interface Parts {
  head: z.infer<typeof headFactsSchema>;
  torso: z.infer<typeof torsoFactsSchema>;
  features: FeaturesJson;
  transforms: Transforms;
  clip: ClipJson;
}

/** @throws PortraitError INCOMPATIBLE, every mismatch named */
export function checkCompatible({ head, torso, features, transforms, clip }: Parts): void {
  const mismatches: string[] = [];
  if (head.extractor.name !== features.extractor || head.extractor.version !== features.version) {
    mismatches.push(`the portrait was trained with the audio extractor ${head.extractor.name} version ${head.extractor.version}, the speech was read with ${features.extractor} version ${features.version}`);
  }
  if (torso.size !== head.size) mismatches.push(`the head was trained at ${head.size} px, the torso at ${torso.size} px`);
  if (clip.size !== head.size) mismatches.push(`the head was trained at ${head.size} px, the clip has ${clip.size} px`);
  if (transforms.w !== head.size || transforms.h !== head.size) mismatches.push(`the head was trained at ${head.size} px, the poses are for ${transforms.w}×${transforms.h} px`);
  if (mismatches.length > 0) {
    throw new PortraitError('INCOMPATIBLE', `These parts do not belong together: ${mismatches.join('; ')}.`, { hint: 'Use the extractor and the parts of one and the same portrait; "portrait inspect" shows them.' });
  }
}
