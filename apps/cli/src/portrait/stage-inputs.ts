// Resolves the inputs of a single stage: files given with --input, else artifacts of the person's last run.
import { copyFile, readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { ArtifactScope } from '@portrait/artifact-store';
import {
  ARTIFACT_KINDS,
  PORTRAIT_GRAPH,
  PortraitError,
  STAGES,
  type ArtifactKind,
  type ArtifactRecord,
  type ArtifactRef,
  type InputSpec,
  type StageName,
  didYouMean,
} from '@portrait/contracts';
import { findRun, latestName, findPortrait } from '@portrait/stage-kit';
import { requireInputFile } from './input-checks.js';

/** Imports the path of `--input role=path`: a file for a kind of one file, a folder for a kind of several files. */
async function importInput(
  scope: ArtifactScope,
  kinds: readonly ArtifactKind[],
  role: string,
  path: string,
): Promise<ArtifactRef> {
  const info = await stat(resolve(path)).catch(() => null);
  if (info?.isDirectory()) {
    const names = await readdir(path);
    const kind = kinds.find((candidate) => ARTIFACT_KINDS[candidate].files.every((file) => names.includes(file)));
    if (kind === undefined)
      throw new PortraitError('NOT_FOUND', `The folder ${path} does not contain the files of ${role}.`, {
        hint: kinds.map((k) => `${k}: ${ARTIFACT_KINDS[k].files.join(', ')}`).join(' · '),
      });
    const draft = await scope.create(kind);
    for (const file of ARTIFACT_KINDS[kind].files) await copyFile(join(path, file), draft.path(file));
    return draft.commit();
  }
  const file = await requireInputFile(path, role);
  const kind = kinds.find((candidate) => ARTIFACT_KINDS[candidate].files.length === 1);
  if (kind === undefined)
    throw new PortraitError('INVALID_ARGUMENT', `${role} consists of several files; give their folder.`, {
      hint: kinds.map((k) => `${k}: ${ARTIFACT_KINDS[k].files.join(', ')}`).join(' · '),
    });
  const [name] = ARTIFACT_KINDS[kind].files;
  return scope.importFile(kind, name === '*' ? basename(file) : name!, file);
}

/** Artifacts of the person's last runs by role; parts of the portrait take precedence. */
async function knownArtifacts(scope: ArtifactScope): Promise<Map<string, ArtifactRef>> {
  const known = new Map<string, ArtifactRef>();
  for (const node of Object.keys(PORTRAIT_GRAPH)) {
    const latest = (await scope.records.get(latestName('portrait', node))) as { key: string } | null;
    const report = latest === null ? null : await findRun(scope, latest.key);
    if (report) for (const [output, ref] of Object.entries(report.outputs)) known.set(output, ref as ArtifactRef);
  }
  const portrait = await findPortrait(scope).catch(() => null);
  if (portrait !== null) {
    for (const [role, ref] of Object.entries(portrait.parts)) known.set(role, ref as ArtifactRef);
    known.set('video', portrait.video as ArtifactRef).set('consent', portrait.consent as ArtifactRef);
  }
  return known;
}

/** @param given entries `role=path` @throws PortraitError that names every missing input */
export async function stageInputs(
  scope: ArtifactScope,
  stage: StageName,
  given: readonly string[],
): Promise<ArtifactRecord> {
  const specs: Record<string, InputSpec> = STAGES[stage].inputs;
  const inputs: ArtifactRecord = {};
  for (const text of given) {
    const [role = '', ...rest] = text.split('=');
    const spec = specs[role];
    if (spec === undefined) {
      const suggestion = didYouMean(role, Object.keys(specs));
      throw new PortraitError('INVALID_ARGUMENT', `--input ${text}: ${stage} has no input "${role}".${suggestion}`);
    }
    if (rest.length === 0) throw new PortraitError('INVALID_ARGUMENT', `--input ${text}: give role=path.`);
    inputs[role] = await importInput(scope, spec.kinds, role, rest.join('='));
  }
  const known = await knownArtifacts(scope);
  const missing: string[] = [];
  for (const [role, spec] of Object.entries(specs)) {
    if (inputs[role] !== undefined) continue;
    const ref = role === 'audio' ? known.get('clip') : known.get(role);
    if (ref !== undefined && spec.kinds.includes(ref.kind)) inputs[role] = ref;
    else if (!spec.optional) missing.push(`${role} (${spec.kinds.join(' or ')})`);
  }
  if (missing.length > 0)
    throw new PortraitError('INVALID_ARGUMENT', `${stage} also needs ${missing.join(', ')}.`, {
      hint: 'Give each as --input ROLE=PATH, or run portrait train --until STAGE up to the stage that produces it.',
    });
  return inputs;
}
