// Reads landmarks and cuts of the clip, tracks the face, writes transforms.json and the previews. Replaces the paper's
// face tracker (section 3.1, its reference [54]).
import { implement } from '@portrait/stage-kit';
import { setImmediate as nextTick } from 'node:timers/promises';
import { canonicalFace, readLandmarks } from '@portrait/face';
import { clipJsonSchema, transformsSchema, faceTrackingSpec } from '@portrait/contracts';
import { overlayPreview, plotPreview } from './preview.js';
import { makeObservations, REFERENCE_SIZE } from './observations.js';
import { rigidPointIds } from './rigid-points.js';
import { frameRanges, segmentsOf } from './segments.js';
import { trackFace } from './track.js';
import { makeTransforms } from './transforms.js';

export const faceTrackingStage = implement(faceTrackingSpec, async (ctx, inputs, params) => {
  const clip = await ctx.artifacts.readJson(inputs.clip, 'clip.json', clipJsonSchema);
  const landmarks = await readLandmarks(ctx.artifacts, inputs.landmarks, clip.frames, ['points', 'matrix', 'found']);
  const { vertices } = await canonicalFace();
  const ids = rigidPointIds(vertices);
  const canonical = Float64Array.from(
    ids.flatMap((id) => [vertices[id * 3]!, vertices[id * 3 + 1]!, vertices[id * 3 + 2]!]),
  );
  const observations = makeObservations(landmarks, clip.size, ids, canonical);
  const segments = segmentsOf(clip.frames, clip.cuts);
  const unit = clip.size / REFERENCE_SIZE;

  let reported = 0;
  const report = (share: number, message: string): void => {
    const done = Math.min(clip.frames - 1, Math.floor(share * clip.frames));
    if (done < reported) return;
    reported = done;
    ctx.progress({ done, total: clip.frames, unit: 'frames', message });
  };
  report(0, 'focal length');
  const result = await trackFace(observations, segments, {
    ...params,
    focal: params.focal === null ? null : params.focal / unit,
    limits: { ...params, fps: clip.fps },
    // The fit runs on this thread: yield to the event loop and check the abort signal between its steps.
    onStep: async (done, message) => {
      await nextTick();
      ctx.signal.throwIfAborted();
      report(done, message);
    },
  });
  for (const finding of result.findings) ctx.finding(finding);

  const { jitter } = result;
  ctx.metric('rmsePx', result.rmse * unit);
  ctx.metric('rmsePxBeforeSmoothing', result.fit.rmse * unit);
  ctx.metric('focalPx', result.fit.focal * unit);
  ctx.metric('jitterDegreesBeforeSmoothing', jitter.before.degrees);
  ctx.metric('jitterDegrees', jitter.after.degrees);
  ctx.metric('jitterCm', jitter.after.cm);
  const interpolated = [...result.trust.keys()].filter((t) => !(result.trust[t]! > 0));
  ctx.metric('interpolatedFrames', interpolated.length);
  ctx.log.info('face tracked', {
    focal: result.fit.focal * unit,
    rmse: result.rmse * unit,
    interpolated: frameRanges(interpolated),
    hypotheses: result.hypotheses.map((h) => ({ focal: h.focal * unit, rmse: h.rmse * unit })),
  });

  const draft = await ctx.artifacts.create('poses');
  const transforms = makeTransforms({
    size: clip.size,
    focal: result.fit.focal,
    track: result.track,
    ids,
    shape: result.fit.shape,
    frameRmse: result.frameRmse,
    rmse: result.rmse,
    segments,
    interpolated: (t) => !(result.trust[t]! > 0),
  });
  await draft.writeJson('transforms.json', transformsSchema.parse(transforms));
  const video = await ctx.artifacts.path(inputs.clip, 'video.mkv');
  await ctx.preview('overlay.png', await overlayPreview(video, clip.size, transforms, observations, ctx.signal));
  await ctx.preview(
    'track.png',
    await plotPreview(
      result.track,
      result.frameRmse.map((e) => e * unit),
      segments,
      interpolated,
    ),
  );
  const poses = await draft.commit();
  ctx.progress({ done: clip.frames, total: clip.frames, unit: 'frames' });
  return { poses };
});
