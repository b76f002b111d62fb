// Where a video comes from, written into its container and beside it, so that it can be told from a recording.
import { readFileSync } from 'node:fs';
import { canonicalJson, type ArtifactRecord } from '@portrait/contracts';
import { createHash } from 'node:crypto';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
export const SOFTWARE = `talking-portrait-studio ${version}`;

export interface Provenance {
  readonly synthetic: true;
  readonly software: string;
  /** sha256 over the digests of everything that makes up the portrait. */
  readonly portrait: string;
  readonly head: string;
  readonly torso: string;
  /** sha256 of the consent record; null when none was given. */
  readonly consent: string | null;
  /** sha256 of the driving sound as given. */
  readonly audio: string;
  readonly extractor: string;
  readonly seed: number;
  readonly badge: 'on' | 'off';
  /** Who decided that the badge is off, and why. */
  readonly badgeDecision: string | null;
}

const PORTRAIT_ROLES = ['head', 'torso', 'poses', 'landmarks', 'background', 'clip'] as const;

/** One digest for a portrait: equal parts, equal portrait. */
export function portraitDigest(inputs: ArtifactRecord): string {
  return createHash('sha256').update(canonicalJson(Object.fromEntries(PORTRAIT_ROLES.map((role) => [role, inputs[role]!.digest])))).digest('hex');
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
