// The key of a run: equal keys mean equal work, so the work is not done twice.
import { sha256 } from '@portrait/artifact-store';
import { canonicalJson, type ArtifactRecord } from '@portrait/contracts';

export interface KeyParts {
  stage: string;
  version: number;
  params: unknown;
  /** Role → digest of the artifact. */
  inputs: Record<string, string>;
  seed: number;
}

export function keyParts(
  definition: { name: string; version: number },
  params: unknown,
  inputs: ArtifactRecord,
  seed: number,
): KeyParts {
  const digests: Record<string, string> = {};
  for (const [role, ref] of Object.entries(inputs)) if (ref) digests[role] = ref.digest;
  return { stage: definition.name, version: definition.version, params, inputs: digests, seed };
}

export function runKey(parts: KeyParts): string {
  return sha256(canonicalJson(parts));
}

/** Why two runs of a stage differ, in words. Empty when they do not. */
export function explainDifference(before: KeyParts, now: KeyParts): string[] {
  const reasons: string[] = [];
  if (before.version !== now.version) reasons.push(`stage version ${before.version} → ${now.version}`);
  if (before.seed !== now.seed) reasons.push(`seed ${before.seed} → ${now.seed}`);
  for (const path of changedPaths(before.params, now.params)) reasons.push(`parameter ${path}`);
  for (const role of new Set([...Object.keys(before.inputs), ...Object.keys(now.inputs)])) {
    if (before.inputs[role] !== now.inputs[role]) reasons.push(`input ${role}`);
  }
  return reasons;
}

function changedPaths(before: unknown, now: unknown, path = ''): string[] {
  if (isRecord(before) && isRecord(now)) {
    return [...new Set([...Object.keys(before), ...Object.keys(now)])]
      .sort()
      .flatMap((key) => changedPaths(before[key], now[key], path ? `${path}.${key}` : key));
  }
  if (canonicalJson(before ?? null) === canonicalJson(now ?? null)) return [];
  return [`${path} ${JSON.stringify(before)} → ${JSON.stringify(now)}`];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
