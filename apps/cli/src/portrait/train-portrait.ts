// Trains a portrait: consent, input checks, the portrait graph, the portrait record. Used by `train` and `demo`.
import { artifactDigest, sha256File, type ArtifactScope } from '@portrait/artifact-store';
import {
  PORTRAIT_GRAPH,
  PORTRAIT_PARTS,
  PortraitError,
  type ArtifactRef,
  type Consent,
  didYouMean,
} from '@portrait/contracts';
import { probeMedia } from '@portrait/media';
import {
  latestName,
  planGraph,
  recordNames,
  runGraph,
  type GraphResult,
  type PlannedNode,
  writePortrait,
} from '@portrait/stage-kit';
import { type Portrait, type StageParams, graphParams, resolvePreset, requirePreset } from '@portrait/catalog';
import type { CommonOptions, Session } from '../session.js';
import { requireConsent } from './consent.js';
import { requireInputFile, requireSpace, trainingBytes } from './input-checks.js';

interface TrainRequest extends CommonOptions {
  person: string;
  video: string;
  preset: string;
  set: readonly string[];
  consentFile?: string | undefined;
  consent?: Consent | undefined;
  until?: string | undefined;
  retry?: string | undefined;
  evaluate: boolean;
}

export interface TrainOutcome {
  scope: ArtifactScope;
  results: GraphResult;
  /** Null when --until stopped the run before the portrait is complete. */
  portrait: Portrait | null;
}

const NODES = Object.keys(PORTRAIT_GRAPH);

function requireNode(name: string | undefined, option: string): void {
  if (name !== undefined && !(name in PORTRAIT_GRAPH))
    throw new PortraitError('INVALID_ARGUMENT', `${option} ${name}: there is no such stage.${didYouMean(name, NODES)}`);
}

/** The last node that a portrait needs; later nodes only evaluate it. */
function lastPartNode(): string {
  const needed = Object.values(PORTRAIT_PARTS).map((source) => ('node' in source ? NODES.indexOf(source.node) : -1));
  return NODES[Math.max(...needed)]!;
}

interface Prepared {
  scope: ArtifactScope;
  params: StageParams;
  video: string;
  /** Estimated disk space of the run. */
  bytes: number;
}

async function prepare(session: Session, request: TrainRequest): Promise<Prepared> {
  requirePreset(request.preset);
  requireNode(request.until, '--until');
  requireNode(request.retry, '--retry');
  session.seed(request);
  session.threads(request);
  const params = graphParams(PORTRAIT_GRAPH, await session.registry(), resolvePreset(request.preset), request.set);
  const video = await requireInputFile(request.video, 'video');
  const { scope } = await session.openScope(request, request.person);
  const media = await probeMedia(video, { signal: session.signal });
  const asked = params.ingest?.['size'];
  const size = typeof asked === 'number' ? asked : Math.min(media.video?.width ?? 0, media.video?.height ?? 0);
  return { scope, params, video, bytes: trainingBytes(media.seconds, size) };
}

/** Plans a training; computes nothing but the hash of the video. */
export async function planTraining(session: Session, request: TrainRequest): Promise<PlannedNode[]> {
  const { scope, params, video } = await prepare(session, request);
  const files = { source: await sha256File(video) };
  const source: ArtifactRef<'source-video'> = {
    kind: 'source-video',
    digest: artifactDigest('source-video', files),
    files,
  };
  return planGraph({
    name: 'portrait',
    graph: PORTRAIT_GRAPH,
    registry: await session.registry(),
    scope,
    external: { video: source },
    params,
    seed: session.seed(request),
    ...(request.until === undefined ? {} : { until: request.until }),
  });
}

/** Deletes the last result of a node, so that it is computed again. */
async function forgetResult(scope: ArtifactScope, node: string): Promise<void> {
  const latest = (await scope.records.get(latestName('portrait', node))) as { key: string } | null;
  if (latest === null) return;
  await scope.records.delete(recordNames.report(latest.key));
  await scope.records.delete(recordNames.checkpoint(latest.key));
}

export async function trainPortrait(session: Session, request: TrainRequest): Promise<TrainOutcome> {
  const { scope, params, video, bytes } = await prepare(session, request);
  const consent = await requireConsent({
    scope,
    file: request.consentFile,
    given: request.consent,
    interactive: session.console.interactive,
  });
  const seed = session.seed(request);
  const trainedBefore = (await scope.records.get(latestName('portrait', lastPartNode()))) !== null;
  if (!trainedBefore) await requireSpace(session.storeDir(request), bytes, 'Training');
  const source = await scope.importFile('source-video', 'source', video);
  if (request.retry !== undefined) await forgetResult(scope, request.retry);

  const options = {
    name: 'portrait',
    graph: PORTRAIT_GRAPH,
    registry: await session.registry(),
    scope,
    external: { video: source },
    params,
    seed,
    threads: session.threads(request),
    signal: session.signal,
    log: session.openLog(request, 'train'),
    onEvent: session.view.onEvent,
  };
  const last = lastPartNode();
  if (request.until !== undefined && NODES.indexOf(request.until) < NODES.indexOf(last))
    return { scope, results: await runGraph({ ...options, until: request.until }), portrait: null };
  const made = await runGraph({ ...options, until: last });
  const portrait = await writePortrait(scope, made, { preset: request.preset, seed, params, video: source, consent });
  // Evaluated after the portrait is recorded: a failed evaluation leaves the portrait usable.
  if (!request.evaluate || request.until === last) return { scope, results: made, portrait };
  return { scope, results: { ...(await runGraph(options)), ...made }, portrait };
}
