// Which software and which portrait a video comes from.
import { readFileSync } from 'node:fs';
import { canonicalJson, type ArtifactRecord } from '@portrait/contracts';
import { createHash } from 'node:crypto';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
export const SOFTWARE = `talking-portrait-studio ${version}`;

const PORTRAIT_ROLES = ['head', 'torso', 'poses', 'landmarks', 'background', 'clip'] as const;

/** One digest for a portrait: equal parts, equal portrait. */
export function portraitDigest(inputs: ArtifactRecord): string {
  return createHash('sha256')
    .update(canonicalJson(Object.fromEntries(PORTRAIT_ROLES.map((role) => [role, inputs[role]!.digest]))))
    .digest('hex');
}
