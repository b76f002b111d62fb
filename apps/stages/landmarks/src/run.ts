// Every frame of the clip → points, blendshapes, rectangles, eye and mouth measures (paper §3.4 and figure 2). Row f of
// every array is frame f; no frame is dropped.
import { implement } from '@portrait/stage-kit';
import {
  clipJsonSchema,
  CLIP_FPS,
  type LandmarksJson,
  PortraitError,
  type StageContext,
  landmarksSpec,
} from '@portrait/contracts';
import { detectLandmarks, LANDMARK_FILE } from '@portrait/face';
import { readFrames, writeNpz } from '@portrait/media';
import { MODELS } from '@portrait/models';
import { derive, LandmarkRows, toArrays } from './features.js';
import { describeGap, gapsOf, checkGaps } from './missing.js';
import { overlaySheet, sheetFrames, timePlot } from './preview.js';

/** Gaps reported one by one; one finding counts the rest. */
const MAX_FINDINGS = 20;

export const landmarksStage = implement(landmarksSpec, async (ctx, { clip }, params) => {
  const { size, frames, cuts } = await ctx.artifacts.readJson(clip, 'clip.json', clipJsonSchema);
  const video = await ctx.artifacts.path(clip, 'video.mkv');
  const rows = new LandmarkRows(frames);

  const shown = new Set(sheetFrames(frames));
  const pictures = new Map<number, Uint8Array>();
  async function* source(): AsyncGenerator<Uint8Array> {
    let frame = 0;
    for await (const rgba of readFrames(video, { pixelFormat: 'rgba', signal: ctx.signal })) {
      if (shown.has(frame)) pictures.set(frame, rgba);
      frame++;
      yield rgba;
    }
  }
  ctx.progress({ done: 0, total: frames, unit: 'frames' });
  let done = 0;
  for await (const faces of detectLandmarks(source(), {
    width: size,
    height: size,
    threads: ctx.threads,
    signal: ctx.signal,
  })) {
    if (done < frames) rows.set(done, faces[0]);
    ctx.progress({ done: Math.min(++done, frames), total: frames, unit: 'frames' });
  }
  if (done !== frames)
    throw new PortraitError('ARTIFACT_CORRUPT', `clip.json states ${frames} frames, video.mkv has ${done}.`, {
      at: { file: 'video.mkv' },
      hint: 'Run ingest again.',
    });

  checkGaps(rows.found, params);
  const gaps = gapsOf(rows.found);
  reportGaps(
    ctx,
    gaps.map((gap) => ({ frame: gap.first, text: describeGap(gap) })),
  );
  rows.fill(cuts);
  const derived = derive(rows, size, params.lipsMinimumSide);

  const missing = gaps.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
  ctx.metric('missingFrames', missing.length);
  ctx.metric('blinks', countBlinks(derived.eyeOpenness));
  await ctx.preview('landmarks.jpg', await overlaySheet(pictures, size, rows, derived));
  await ctx.preview('eyes-and-mouth.png', await timePlot(rows, derived));

  const draft = await ctx.artifacts.create('landmarks');
  await writeNpz(draft.path(LANDMARK_FILE), toArrays(rows, derived));
  const summary: LandmarksJson = {
    size,
    frames,
    missing,
    eyeApertureScale: derived.eyeApertureScale,
    modelSha256: MODELS['face-landmarker'].sha256,
  };
  await draft.writeJson('landmarks.json', summary);
  return { landmarks: await draft.commit() };
});

function reportGaps(ctx: StageContext, gaps: { frame: number; text: string }[]): void {
  for (const { frame, text } of gaps.slice(0, MAX_FINDINGS)) {
    ctx.finding({
      level: 'warning',
      code: 'face-missing',
      message: `No face in ${text}; filled from neighbouring frames.`,
      advice: 'Harmless if rare. Cut the part out if the face leaves the picture.',
      at: { frame, second: frame / CLIP_FPS },
    });
  }
  const rest = gaps.length - MAX_FINDINGS;
  if (rest > 0)
    ctx.finding({ level: 'warning', code: 'face-missing', message: `No face in ${rest} more gaps.`, value: rest });
}

/** Counts how often open eyes close to below half. */
function countBlinks(openness: Float32Array): number {
  let blinks = 0;
  let open = false;
  for (const o of openness) {
    if (open && o < 0.5) blinks++;
    open = o >= 0.5 || (open && o >= 0.45);
  }
  return blinks;
}
