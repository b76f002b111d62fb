// What a system that was ill-treated must still show: nothing half-visible in the store, nothing computed twice.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readServiceSettings } from '@portrait/config';
import { artifactRefSchema, stageReportSchema, type ArtifactRef } from '@portrait/contracts';
import { openServiceStore } from '@portrait/service-kit';

/**
 * Reads every artifact named by a run report, by its hash and without any cache.
 * @returns the number of files, and what is wrong
 */
export async function examineStore(
  env: Readonly<Record<string, string>>,
  cacheDirectory: string,
): Promise<{ files: number; faults: string[] }> {
  const settings = readServiceSettings({ ...env, PORTRAIT_ARTIFACT_CACHE: cacheDirectory });
  const store = await openServiceStore(settings.objectStore);
  const faults: string[] = [];
  let files = 0;
  for (const person of await store.people()) {
    await using scope = await store.scope(person);
    const named: ArtifactRef[] = [];
    for (const name of await scope.records.list('')) {
      const record = await scope.records.get(name);
      if (name.startsWith('runs/'))
        named.push(...Object.values(stageReportSchema.parse(record).outputs as Record<string, ArtifactRef>));
      if (name.startsWith('checkpoints/')) named.push(artifactRefSchema.parse(record) as ArtifactRef);
    }
    for (const ref of named) {
      for (const file of Object.keys(ref.files)) {
        files++;
        await scope
          .path(ref, file)
          .catch((error: unknown) => faults.push(`${person}: ${ref.kind}/${file}: ${(error as Error).message}`));
      }
    }
  }
  return { files, faults };
}

interface LogLine {
  /** ISO 8601. */
  time: string;
  msg: string;
  stage?: string;
  person?: string;
  key?: string;
  /** With `Checkpoint in force`: how far the run was. */
  done?: number;
  /** With `Stage begins`. */
  resumed?: boolean;
  /** With `Going on from a checkpoint`. */
  step?: number;
}

export interface Ledger {
  /** Runs of stages that were brought to an end, each by its run key and person. */
  computed: number;
  /** Times a run went on from a checkpoint. */
  resumed: number;
  /** Work computed twice without need: runs that ended more than once, or began before the current checkpoint. */
  faults: string[];
}

/** From the logs of the services, which tell of every begin and end of a run, and of every checkpoint in force. */
export async function readLedger(directory: string): Promise<Ledger> {
  const lines: LogLine[] = [];
  for (const file of await readdir(join(directory, 'logs'))) {
    for (const text of (await readFile(join(directory, 'logs', file), 'utf8')).split('\n'))
      if (text.startsWith('{')) lines.push(JSON.parse(text) as LogLine);
  }
  lines.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  const ended = new Map<string, number>();
  /** Run → how far its checkpoint in force goes. */
  const kept = new Map<string, number>();
  /** Run that a service is at, by person and stage: the line that says from where it goes on does not name its key. */
  const at = new Map<string, string>();
  const faults: string[] = [];
  let resumed = 0;
  for (const { msg, stage, person, key, done, resumed: goesOn, step } of lines) {
    const run = `${stage} ${key} of ${person}`;
    if (msg === 'Checkpoint in force') kept.set(run, done!);
    if (msg === 'Stage begins') {
      at.set(`${stage} of ${person}`, run);
      if (goesOn) resumed++;
      else if (kept.has(run)) faults.push(`${run} began anew, with a checkpoint at ${kept.get(run)} in force`);
    }
    const from = at.get(`${stage} of ${person}`);
    if (msg === 'Going on from a checkpoint' && from !== undefined && step! < (kept.get(from) ?? 0))
      faults.push(`${from} went on at ${step}, with a checkpoint at ${kept.get(from)} in force`);
    if (msg !== 'Stage done') continue;
    ended.set(run, (ended.get(run) ?? 0) + 1);
    if (ended.get(run) === 2) faults.push(`${run} was brought to an end twice`);
  }
  return { computed: ended.size, resumed, faults };
}
