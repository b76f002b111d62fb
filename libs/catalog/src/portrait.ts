// The portrait of a person as it is recorded: which artifacts it is made of, and how it was made.
import { artifactRefSchema, LATER_PARTS, PORTRAIT_PARTS } from '@portrait/contracts';
import { z } from 'zod';

type Role = keyof typeof PORTRAIT_PARTS;
type LaterRole = (typeof LATER_PARTS)[number];
type EarlyRole = Exclude<Role, LaterRole>;
export const PORTRAIT_ROLES = Object.keys(PORTRAIT_PARTS) as Role[];

/** Portraits of earlier versions do not have these. */
export const isLaterPart = (role: Role): role is LaterRole => LATER_PARTS.some((later) => later === role);
const EARLY_ROLES = PORTRAIT_ROLES.filter((role): role is EarlyRole => !isLaterPart(role));

const schemasOf = <R extends Role, S extends z.ZodType>(roles: readonly R[], schema: S): Record<R, S> =>
  Object.fromEntries(roles.map((role) => [role, schema])) as Record<R, S>;

export const portraitSchema = z.object({
  person: z.string(),
  createdAt: z.string(),
  preset: z.string(),
  seed: z.number().int(),
  /** Parameters by stage as given, defaults left out: enough to train the same again. */
  params: z.record(z.string(), z.unknown()),
  video: artifactRefSchema,
  parts: z.object({
    ...schemasOf(EARLY_ROLES, artifactRefSchema),
    ...schemasOf(LATER_PARTS, artifactRefSchema.optional()),
  }),
  consent: artifactRefSchema,
  /** Which audio features the portrait listens to; speech that drives it must use the same. */
  extractor: z.object({ name: z.string(), version: z.number().int() }),
});
export type Portrait = z.infer<typeof portraitSchema>;
