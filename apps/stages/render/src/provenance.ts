// Where a video comes from, written into its container and beside it, so that it can be told from a recording.
import { readFileSync } from 'node:fs';
import { canonicalJson, type ArtifactRecord } from '@portrait/contracts';
import { createHash } from 'node:crypto';
import { z } from 'zod';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
export const SOFTWARE = `talking-portrait-studio ${version}`;

const sha256 = z.string();
export const provenanceSchema = z.object({
  synthetic: z.literal(true),
  software: z.string(),
  /** Over the digests of everything that makes up the portrait. */
  portrait: sha256,
  head: sha256,
  torso: sha256,
  /** Of the consent record; null when none was given. */
  consent: sha256.nullable(),
  /** Of the driving sound as given. */
  audio: sha256,
  extractor: z.string(),
  seed: z.number(),
  badge: z.enum(['on', 'off']),
  /** Who decided that the badge is off, and why. */
  badgeDecision: z.string().nullable(),
});
export type Provenance = z.infer<typeof provenanceSchema>;

const PORTRAIT_ROLES = ['head', 'torso', 'poses', 'landmarks', 'background', 'clip'] as const;

/** One digest for a portrait: equal parts, equal portrait. */
export function portraitDigest(inputs: ArtifactRecord): string {
  return createHash('sha256')
    .update(canonicalJson(Object.fromEntries(PORTRAIT_ROLES.map((role) => [role, inputs[role]!.digest]))))
    .digest('hex');
}

/** Container tags. `comment` is what every tool shows; the other keys are for machines. */
export function provenanceTags(provenance: Provenance): Record<string, string> {
  return {
    comment: `Synthetic video made by ${provenance.software}. ${canonicalJson(provenance)}`,
    synthetic: 'true',
    portrait: provenance.portrait,
    consent: provenance.consent ?? 'none',
    software: provenance.software,
  };
}
