// renderVideo: audio features, then the parts of the video side by side, then the join. However many parts, the same
// bytes.
import { defineSearchAttributeKey } from '@temporalio/common';
import {
  ApplicationFailure,
  isCancellation,
  patched,
  proxyActivities,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import {
  CLIP_FPS,
  hasTruth,
  PLAN_PARTS,
  PLANS_QUEUE,
  type ArtifactRecord,
  type ArtifactRef,
  type NodeState,
  type PartRanges,
  type PlanPartsTask,
  type QueuedVideo,
  type RenderVideoInput,
  type RenderVideoResult,
} from '@portrait/contracts/work';
import { answerControls } from './controls.js';
import { failureOf } from './failures.js';
import { NodeRuns } from './node-runs.js';
import { bookkeeping, EventPublisher } from './event-publisher.js';

const PERSON = defineSearchAttributeKey('PersonId', 'KEYWORD');
const planning = proxyActivities<{ [PLAN_PARTS](task: PlanPartsTask): Promise<PartRanges> }>({
  taskQueue: PLANS_QUEUE,
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});
/** Videos from before the comparison end without it. */
const COMPARED = 'compare';

/** @returns nothing to a batch, whose history must not hold what is a person's */
export async function renderVideo(given: RenderVideoInput | QueuedVideo): Promise<RenderVideoResult | undefined> {
  if ('parts' in given) return render(given);
  const { tenant, batch, video } = given;
  try {
    const input = await bookkeeping.videoInput(given);
    upsertSearchAttributes([{ key: PERSON, value: input.person }]);
    await render(input);
    return undefined;
  } catch (error) {
    if (isCancellation(error)) throw error;
    const failure = failureOf(error);
    await bookkeeping.itemFailed({ tenant, batch, video, error: failure });
    throw ApplicationFailure.create({
      type: failure.code,
      message: `The video ${video} failed; its item of the batch tells why.`,
      nonRetryable: true,
    });
  }
}

async function render(input: RenderVideoInput): Promise<RenderVideoResult> {
  const {
    tenant,
    person,
    video,
    batch,
    seed,
    timing,
    onFailure,
    speech,
    consent,
    parts,
    poseTrack,
    eyeTrack,
    backgroundMedia,
  } = input;
  const publisher = new EventPublisher({ tenant, person, video, ...(batch === undefined ? {} : { batch }) });
  let coreSeconds = 0;
  const runs = new NodeRuns(
    { person, graph: 'render', seed, timing, onFailure },
    {
      done: ({ outcome }: NodeState) => (coreSeconds += outcome?.cached ? 0 : (outcome?.cpuMs ?? 0) / 1000),
      failed: ({ stage, attempt, error }) =>
        publisher.publish('stage.failed', { stage, attempt, ...(error ? { error } : {}) }),
    },
  );
  answerControls(runs, () => publisher.publish('video.rendering'));
  runs.declare('audio-features', 'audio-features', undefined);

  try {
    publisher.publish('video.rendering');
    const features = await runs.run({
      node: 'audio-features',
      stage: 'audio-features',
      inputs: () => Promise.resolve({ audio: speech }),
      params: input.params['audio-features'] ?? {},
      skip: undefined,
    });
    const audioFeatures = features['audioFeatures'] as ArtifactRef<'audio-features'>;
    const params = input.params.render ?? {};
    const ranges =
      input.shards === 1 ? null : await planning[PLAN_PARTS]({ person, audioFeatures, params, parts: input.shards });
    const inputs: ArtifactRecord = { ...parts, audioFeatures, speech, consent, poseTrack, eyeTrack, backgroundMedia };
    const made = await renderParts(runs, inputs, params, ranges, speech);
    const frames = made.frames;
    const result: RenderVideoResult = { video: made.video, seconds: frames / CLIP_FPS, coreSeconds };
    await bookkeeping.publishVideo({ tenant, person, video, result });
    publisher.publish('video.ready', { seconds: result.seconds, coreSeconds });
    // One item of thousands is not looked at; its person's own report tells what the portrait is worth.
    if (batch === undefined && hasTruth(speech, params) && patched(COMPARED)) {
      const comparison = await compare(runs, input, made.video);
      if (comparison !== null)
        await bookkeeping.publishVideo({ tenant, person, video, result: { ...result, comparison } });
    }
    runs.end('done');
    await publisher.flush();
    return result;
  } catch (error) {
    runs.end(isCancellation(error) ? 'cancelled' : 'failed');
    publisher.publish(
      isCancellation(error) ? 'video.cancelled' : 'video.failed',
      isCancellation(error) ? {} : { error: failureOf(error) },
    );
    await publisher.flush();
    throw error;
  }
}

/** The video is there already: a comparison that fails for good is left out. */
async function compare(
  runs: NodeRuns,
  { parts, params }: RenderVideoInput,
  video: ArtifactRef<'video'>,
): Promise<Record<string, number> | null> {
  runs.declare('compare', 'compare', undefined);
  const { clip, landmarks, head } = parts;
  try {
    await runs.run({
      node: 'compare',
      stage: 'compare',
      inputs: () => Promise.resolve({ video, clip, landmarks, head }),
      params: params.compare ?? {},
      skip: undefined,
      onFailure: 'fail',
    });
    return runs.state().nodes.find(({ node }) => node === 'compare')?.outcome?.metrics ?? null;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return null;
  }
}

async function renderParts(
  runs: NodeRuns,
  inputs: ArtifactRecord,
  params: Record<string, unknown>,
  ranges: PartRanges | null,
  speech: ArtifactRef,
): Promise<{ video: ArtifactRef<'video'>; frames: number }> {
  const whole = ranges === null || ranges.length === 1;
  const parts = whole
    ? [{ node: 'render', params }]
    : ranges.map((frameRange, i) => ({ node: `render.${i}`, params: { ...params, frameRange } }));
  for (const { node } of parts) runs.declare(node, 'render', undefined);
  if (!whole) runs.declare('join', 'join', undefined);
  const rendered = await Promise.all(
    parts.map(({ node, params: own }) =>
      runs.run({ node, stage: 'render', inputs: () => Promise.resolve(inputs), params: own, skip: undefined }),
    ),
  );
  const framesOf = (node: string): number =>
    runs.state().nodes.find((state) => state.node === node)?.outcome?.metrics['frames'] ?? 0;
  if (whole) return { video: rendered[0]!['video'] as ArtifactRef<'video'>, frames: framesOf('render') };
  const joined = await runs.run({
    node: 'join',
    stage: 'join',
    params: {},
    skip: undefined,
    inputs: () =>
      Promise.resolve({
        ...Object.fromEntries(rendered.map((outputs, i) => [`parts.${i}`, outputs['video']])),
        speech,
      }),
  });
  return { video: joined['video'] as ArtifactRef<'video'>, frames: framesOf('join') };
}
