// Inputs for running one stage by itself: files given by hand, else what the person's last run of the graph made.
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

/** `role=path` given by hand → artifact. A kind of one file takes the file, a kind of several a folder that holds them. */
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
      throw new PortraitError('NOT_FOUND', `The folder ${path} does not hold what ${role} is made of.`, {
        hint: kinds.map((k) => `${k}: ${ARTIFACT_KINDS[k].files.join(', ')}`).join(' · '),
      });
    const draft = await scope.create(kind);
    for (const file of ARTIFACT_KINDS[kind].files) await copyFile(join(path, file), draft.path(file));
    return draft.commit();
  }
  const file = await requireInputFile(path, role);
  const kind = kinds.find((candidate) => ARTIFACT_KINDS[candidate].files.length === 1);
  if (kind === undefined)
    throw new PortraitError('INVALID_ARGUMENT', `${role} is made of several files; give the folder that holds them.`, {
      hint: kinds.map((k) => `${k}: ${ARTIFACT_KINDS[k].files.join(', ')}`).join(' · '),
    });
  const [name] = ARTIFACT_KINDS[kind].files;
  return scope.importFile(kind, name === '*' ? basename(file) : name!, file);
}

/** What the last runs of the person's graph made, by role: the outputs of each node, parts of the portrait last. */
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

/** @param given `role=path` each. @throws PortraitError naming every input that is missing, and how to give it */
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
    if (spec === undefined || rest.length === 0)
      throw new PortraitError(
        'INVALID_ARGUMENT',
        `--input ${text}: ${spec === undefined ? `${stage} has no input "${role}".${didYouMean(role, Object.keys(specs))}` : 'give role=path.'}`,
      );
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
      hint: `Give each as --input ROLE=PATH, or run portrait train --until the stage that makes it.`,
    });
  return inputs;
}
