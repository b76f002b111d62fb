// Reads a person's runs from the store: reports, failures, previews, videos.
import { readFile } from 'node:fs/promises';
import type { ArtifactScope } from '@portrait/artifact-store';
import {
  PORTRAIT_GRAPH,
  STAGES,
  stageReportSchema,
  type ArtifactRef,
  type StageName,
  type StageReport,
} from '@portrait/contracts';
import { findRun, latestName, type Registry, findPortrait } from '@portrait/stage-kit';
import { z } from 'zod';
import { type Portrait, listParameters } from '@portrait/catalog';

interface Picture {
  name: string;
  mime: string;
  bytes: Buffer;
}
interface ParameterView {
  path: string;
  value: string;
  changed: boolean;
  meaning: string;
}
export interface Failure {
  at: string;
  error: { code: string; message: string; hint?: string | undefined };
}
export interface StageView {
  node: string;
  stage: StageName;
  title: string;
  report: StageReport | null;
  failure: Failure | null;
  pictures: Picture[];
  parameters: ParameterView[];
}
export interface VideoView {
  /** File name for the page's folder. */
  name: string;
  ref: ArtifactRef;
  file: string;
  report: StageReport;
}
export interface RunView {
  person: string;
  portrait: Portrait | null;
  stages: StageView[];
  videos: VideoView[];
}

const failureSchema = z.object({
  stage: z.string(),
  key: z.string(),
  at: z.string(),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }),
});
const MIME: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  svg: 'image/svg+xml',
};
const VIDEO_FILE = /\.(mp4|mov|webm)$/;
/** Number of recent renders to show. */
const MAX_VIDEOS = 6;
/** Stages of the render graph whose newest run is shown. */
const RENDER_STAGES = ['render', 'compare'] as const;

async function readPictures(scope: ArtifactScope, preview: ArtifactRef | undefined): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for (const name of Object.keys(preview?.files ?? {})) {
    const mime = MIME[name.split('.').at(-1)!.toLowerCase()] ?? MIME['png']!;
    pictures.push({ name, mime, bytes: await readFile(await scope.path(preview!, name)) });
  }
  return pictures;
}

function flatten(value: unknown, path: string, into: Map<string, unknown>): Map<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    for (const [key, child] of Object.entries(value)) flatten(child, path === '' ? key : `${path}.${key}`, into);
  else into.set(path, value);
  return into;
}

function parameterViews(report: StageReport | null, registry: Registry | null, stage: StageName): ParameterView[] {
  const known = registry === null ? [] : listParameters(registry[stage]);
  return [...flatten(report?.params ?? {}, '', new Map())].map(([path, value]) => {
    const parameter = known.find((entry) => entry.path === path);
    return {
      path,
      value: JSON.stringify(value),
      changed: parameter !== undefined && parameter.default !== JSON.stringify(value),
      meaning: parameter?.meaning ?? '',
    };
  });
}

async function latestFailures(scope: ArtifactScope): Promise<Map<string, Failure>> {
  const newest = new Map<string, Failure>();
  for (const name of await scope.records.list('failures')) {
    const parsed = failureSchema.safeParse(await scope.records.get(name));
    if (!parsed.success) continue;
    const { stage, at, error } = parsed.data;
    if (at > (newest.get(stage)?.at ?? '')) newest.set(stage, { at, error });
  }
  return newest;
}

/** Newest first. */
async function runsOf(scope: ArtifactScope, stage: StageName): Promise<StageReport[]> {
  const reports: StageReport[] = [];
  for (const name of await scope.records.list('runs')) {
    const parsed = stageReportSchema.safeParse(await scope.records.get(name));
    if (parsed.success && parsed.data.stage === stage) reports.push(parsed.data);
  }
  return reports.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}

async function collectVideos(scope: ArtifactScope): Promise<VideoView[]> {
  const videos: VideoView[] = [];
  const report = (await runsOf(scope, 'evaluate'))[0];
  const renders = await runsOf(scope, 'render');
  for (const run of [...(report ? [report] : []), ...renders.slice(0, MAX_VIDEOS)]) {
    for (const ref of Object.values(run.outputs) as ArtifactRef[]) {
      for (const file of Object.keys(ref.files).filter((name) => VIDEO_FILE.test(name))) {
        videos.push({ name: `${run.stage}-${run.key.slice(0, 8)}-${file}`, ref, file, report: run });
      }
    }
  }
  return videos;
}

export async function collectRun(scope: ArtifactScope, registry: Registry | null): Promise<RunView> {
  const failures = await latestFailures(scope);
  const stages: StageView[] = [];
  for (const [node, { stage }] of Object.entries(PORTRAIT_GRAPH)) {
    const latest = (await scope.records.get(latestName('portrait', node))) as { key: string } | null;
    const report = latest === null ? null : await findRun(scope, latest.key);
    const failure = failures.get(stage) ?? null;
    stages.push({
      node,
      stage,
      title: STAGES[stage].title,
      report,
      failure: failure !== null && (report === null || failure.at > report.startedAt) ? failure : null,
      pictures: await readPictures(scope, report?.preview as ArtifactRef | undefined),
      parameters: parameterViews(report, registry, stage),
    });
  }
  for (const stage of RENDER_STAGES) {
    const [report] = await runsOf(scope, stage);
    if (report === undefined) continue;
    stages.push({
      node: stage,
      stage,
      title: STAGES[stage].title,
      report,
      failure: failures.get(stage) ?? null,
      pictures: await readPictures(scope, report.preview as ArtifactRef | undefined),
      parameters: parameterViews(report, registry, stage),
    });
  }
  return {
    person: scope.person,
    portrait: await findPortrait(scope).catch(() => null),
    stages,
    videos: await collectVideos(scope),
  };
}
