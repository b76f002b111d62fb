// The portrait of a person as it is recorded: which artifacts it is made of, and how it was made.
import { artifactRefSchema, PORTRAIT_PARTS } from '@portrait/contracts';
import { z } from 'zod';

type Role = keyof typeof PORTRAIT_PARTS;
export const PORTRAIT_ROLES = Object.keys(PORTRAIT_PARTS) as Role[];

export const portraitSchema = z.object({
  person: z.string(),
  createdAt: z.string(),
  preset: z.string(),
  seed: z.number().int(),
  /** Parameters by stage as given, defaults left out: enough to train the same again. */
  params: z.record(z.string(), z.unknown()),
  video: artifactRefSchema,
  parts: z.object(
    Object.fromEntries(PORTRAIT_ROLES.map((role) => [role, artifactRefSchema])) as Record<
      Role,
      typeof artifactRefSchema
    >,
  ),
  consent: artifactRefSchema,
  /** Which audio features the portrait listens to; speech that drives it must use the same. */
  extractor: z.object({ name: z.string(), version: z.number().int() }),
});
export type Portrait = z.infer<typeof portraitSchema>;
