// What a system that was ill-treated must still show: nothing half-visible in the store, nothing computed twice.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readServiceSettings } from '@portrait/config';
import { artifactRefSchema, stageReportSchema, type ArtifactRef } from '@portrait/contracts';
import { openServiceStore } from '@portrait/service-kit';
import type { Kill } from './killer.js';

/** Reads every artifact that a run report names, by its hash, past every cache. @returns how many files were read, and what is wrong */
export async function examineStore(env: Readonly<Record<string, string>>, cacheDirectory: string): Promise<{ files: number; faults: string[] }> {
  const settings = readServiceSettings({ ...env, PORTRAIT_ARTIFACT_CACHE: cacheDirectory });
  const store = await openServiceStore(settings.objectStore);
  const faults: string[] = [];
  let files = 0;
  for (const person of await store.people()) {
    await using scope = await store.scope(person);
    const named: ArtifactRef[] = [];
    for (const name of await scope.records.list('')) {
      const record = await scope.records.get(name);
      if (name.startsWith('runs/')) named.push(...Object.values(stageReportSchema.parse(record).outputs as Record<string, ArtifactRef>));
      if (name.startsWith('checkpoints/')) named.push(artifactRefSchema.parse(record) as ArtifactRef);
    }
    for (const ref of named) {
      for (const file of Object.keys(ref.files)) {
        files++;
        await scope.path(ref, file).catch((error: unknown) => faults.push(`${person}: ${ref.kind}/${file}: ${(error as Error).message}`));
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
  step?: number;
}

export interface Ledger {
  /** Runs of stages that were brought to an end, each by its run key and person. */
  computed: number;
  /** Those that were brought to an end more than once. */
  twice: string[];
  /** For every killed training: steps between where it was last seen and where it went on, and how many may be. */
  redone: { steps: number; allowed: number }[];
}

/**
 * From the logs of the services, which tell of every begin and end of a run.
 * @param training of the head: its steps, and how many lie between two checkpoints
 */
export async function readLedger(directory: string, kills: readonly Kill[], training: { steps: number; checkpointSteps: number }): Promise<Ledger> {
  const lines: LogLine[] = [];
  for (const file of await readdir(join(directory, 'logs'))) {
    for (const text of (await readFile(join(directory, 'logs', file), 'utf8')).split('\n')) if (text.startsWith('{')) lines.push(JSON.parse(text) as LogLine);
  }
  const ends = new Map<string, number>();
  for (const { msg, person, key } of lines) if (msg === 'Stage done') ends.set(`${person}/${key}`, (ends.get(`${person}/${key}`) ?? 0) + 1);
  const begins = lines.filter(({ msg, stage }) => stage === 'head-training' && (msg === 'Stage begins' || msg === 'Going on from a checkpoint')).sort((a, b) => (a.time < b.time ? -1 : 1));
  const redone = kills.filter(({ victim, progress }) => victim === 'head-training' && progress !== null).map(({ at, progress }) => {
    // The next line tells where training went on; without a checkpoint it says only that it begins.
    const next = begins.filter(({ time }) => Date.parse(time) >= at);
    const from = next[1]?.msg === 'Going on from a checkpoint' ? next[1].step! : 0;
    // One checkpoint may have been on its way to the store.
    return { steps: Math.max(0, Math.round(progress! * training.steps) - from), allowed: 2 * training.checkpointSteps };
  });
  return { computed: ends.size, twice: [...ends].filter(([, count]) => count > 1).map(([run]) => run), redone };
}
