// Renders a video: plan → pieces of frames → one file with sound. What the person does is planned in performance.ts,
// pixels come from a FrameRenderer, encoding is in @portrait/media. A pure function of inputs, parameters and seed: any
// range of frames equals the same frames of the whole, and an interrupted render ends with the same bytes.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CLIP_FPS,
  PortraitError,
  type ArtifactRef,
  type ClipJson,
  type FeaturesJson,
  type StageContext,
  renderSpec,
  type OutputsOf,
  type Provenance,
  type RenderParams,
  type RenderInputs,
} from '@portrait/contracts';
import { readLandmarks } from '@portrait/face';
import { finishVideo, VIDEO_ENCODINGS } from '@portrait/media';
import { implement } from '@portrait/stage-kit';
import { colourBackdrop, imageBackdrop, mediaBackdrop, type Backdrop } from './backdrop.js';
import { makeBadge } from './badge.js';
import { checkCompatible, readParts } from './compatibility.js';
import { chooseFootage, planBase } from './footage-plan.js';
import type { FrameRenderer, OpenRenderer, RenderPlan } from './frame-renderer.js';
import { checkInputsMatch, planPerformance, type Performance } from './performance.js';
import { commitPieces, pieceName, readPieces, type Piece } from './piece-store.js';
import { previewOfFrame } from './preview.js';
import { openPortraitFrames } from './portrait-frames.js';
import { portraitDigest, SOFTWARE } from './provenance.js';
import { renderPiece } from './render-piece.js';
import { planRest, type RestingMouth } from './resting-mouth.js';
import { pieces as planPieces, planTimeline, type Timeline } from './timeline.js';

/** The stage over any renderer of frames: specs give it a drawing. */
export const renderStageWith = (openRenderer: OpenRenderer) =>
  implement(renderSpec, (ctx, inputs, params) => renderVideo(ctx, inputs, params, openRenderer));

export const renderStage = renderStageWith(openPortraitFrames);

async function renderVideo(
  ctx: StageContext,
  inputs: RenderInputs,
  params: RenderParams,
  openRenderer: OpenRenderer,
): Promise<OutputsOf<typeof renderSpec>> {
  const { clip, features, timeline, performance, footage, rest } = await plan(ctx, inputs, params);
  for (const finding of performance.findings) ctx.finding(finding);
  const provenance = provenanceOf(ctx, inputs, params, features);

  const renderer = await openRenderer(ctx, inputs, params, { footage, rest });
  const backdrop = footage ? null : await openBackdrop(ctx, inputs, params, clip.size);
  let done: Piece[];
  try {
    done = await renderPieces(
      ctx,
      params,
      timeline,
      clip.size,
      frameMaker(renderer, backdrop, performance, rest, timeline, params, clip.size),
    );
  } finally {
    await backdrop?.close();
    await renderer.close();
  }

  const video = await finishVideo(ctx, {
    pieces: done.map((piece) => ({ path: piece.path, frames: piece.end - piece.first })),
    timeline,
    size: clip.size,
    container: params.container,
    transparent: params.background === 'transparent',
    provenance,
    speech: inputs.speech,
  });
  return { video };
}

async function plan(
  ctx: StageContext,
  inputs: RenderInputs,
  params: RenderParams,
): Promise<RenderPlan & { clip: ClipJson; features: FeaturesJson; timeline: Timeline; performance: Performance }> {
  checkInputsMatch(params, {
    poseTrack: !!inputs.poseTrack,
    eyeTrack: !!inputs.eyeTrack,
    backgroundMedia: !!inputs.backgroundMedia,
  });
  const { artifacts } = ctx;
  const parts = await readParts(artifacts, inputs);
  checkCompatible(parts);
  const { head, features, transforms, clip } = parts;

  const timeline = planTimeline(features.seconds, params);
  const { eyeOpenness } = await readLandmarks(artifacts, inputs.landmarks, clip.frames, ['eyeOpenness']);
  const { mode: footage, findings } = chooseFootage(params, inputs);
  const base = footage ? await planBase(artifacts, inputs, transforms, params, timeline, ctx.signal) : null;
  const performance = planPerformance(
    {
      transforms,
      eyeOpenness,
      eyeRange: head.eye,
      ...(inputs.poseTrack && { poseTrack: await readTrack(ctx, inputs.poseTrack) }),
      ...(inputs.eyeTrack && { eyeTrack: await readTrack(ctx, inputs.eyeTrack) }),
    },
    params,
    timeline,
    ctx.seed,
    base,
  );
  performance.findings.push(...findings);
  const rest = await planRest(ctx, inputs, params, clip);
  return { clip, features, timeline, performance, footage, rest };
}

async function readTrack(ctx: StageContext, ref: ArtifactRef<'track'>): Promise<unknown> {
  try {
    return await ctx.artifacts.readJson<unknown>(ref, 'track.json');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new PortraitError('INVALID_ARGUMENT', `The track is not JSON: ${error.message}.`, {
      cause: error,
      hint: 'The README of the render stage shows a valid track.',
      at: { file: 'track.json' },
    });
  }
}

async function openBackdrop(
  ctx: StageContext,
  inputs: RenderInputs,
  params: RenderParams,
  size: number,
): Promise<Backdrop | null> {
  switch (params.background) {
    case 'transparent':
      return null;
    case 'plate':
      return imageBackdrop(await ctx.artifacts.path(inputs.background, 'background.png'), size);
    case 'media':
      return mediaBackdrop(await ctx.artifacts.path(inputs.backgroundMedia!, 'source'), size, ctx.signal);
    default:
      return colourBackdrop(params.background, size);
  }
}

function frameMaker(
  renderer: FrameRenderer,
  backdrop: Backdrop | null,
  performance: Performance,
  rest: RestingMouth | null,
  timeline: Timeline,
  params: RenderParams,
  size: number,
): (index: number) => Promise<Uint8Array> {
  const badge = params.badge === 'on' ? makeBadge(size) : null;
  return async (index) => {
    const frame = await renderer.render({
      cameraToWorld: performance.camera(index),
      speechFrame: timeline.speechFrame + index,
      eye: performance.eye(index),
      rest: rest?.share(timeline.speechFrame + index) ?? 0,
      base: performance.base?.(index) ?? null,
      backdrop: backdrop ? await backdrop.frame(index) : null,
    });
    badge?.draw(frame, params.background === 'transparent' ? 4 : 3);
    return frame;
  };
}

async function renderPieces(
  ctx: StageContext,
  params: RenderParams,
  timeline: Timeline,
  size: number,
  frame: (index: number) => Promise<Uint8Array>,
): Promise<Piece[]> {
  const planned = planPieces(timeline.first, timeline.end, params.segmentFrames);
  const checkpoint = ctx.resumeFrom();
  let done: Piece[] = checkpoint ? await readPieces(ctx.artifacts, checkpoint, planned) : [];
  const total = timeline.end - timeline.first;
  const transparent = params.background === 'transparent';
  let rendered = 0;
  const began = performance.now();
  const rate = (): number => rendered / Math.max(1e-3, (performance.now() - began) / 1000);
  ctx.progress({ done: (done.at(-1)?.end ?? timeline.first) - timeline.first, total, unit: 'frames' });

  for (const { first, end } of planned.slice(done.length)) {
    const path = join(ctx.scratchDir, pieceName(first));
    let last: Uint8Array | undefined;
    await renderPiece({
      first,
      end,
      path,
      frame,
      writer: {
        width: size,
        height: size,
        fps: CLIP_FPS,
        pixelFormat: transparent ? 'rgba' : 'rgb24',
        encoding: VIDEO_ENCODINGS[params.container],
        crf: params.crf,
        signal: ctx.signal,
      },
      onFrame(index, pixels) {
        rendered++;
        last = pixels;
        ctx.progress({
          done: index + 1 - timeline.first,
          total,
          unit: 'frames',
          message: `${rate().toFixed(1)} frames/s`,
        });
      },
    });
    const committed = await commitPieces(ctx.artifacts, [...done, { name: pieceName(first), first, end, path }]);
    await rm(path);
    done = committed.pieces;
    ctx.progress({ done: end - timeline.first, total, unit: 'frames', checkpoint: committed.checkpoint });
    await ctx.preview('frames.jpg', await previewOfFrame(last!, size, transparent));
  }
  if (rendered > 0) ctx.metric('framesPerSecond', rate());
  ctx.metric('frames', total);
  return done;
}

function provenanceOf(
  ctx: StageContext,
  inputs: RenderInputs,
  params: RenderParams,
  features: FeaturesJson,
): Provenance {
  const speechFile = inputs.speech.kind === 'clip' ? 'audio.wav' : 'source';
  return {
    synthetic: true,
    software: SOFTWARE,
    portrait: portraitDigest(inputs),
    head: inputs.head.digest,
    torso: inputs.torso.digest,
    consent: inputs.consent?.files['consent.json']?.sha256 ?? null,
    audio: inputs.speech.files[speechFile]!.sha256,
    extractor: `${features.extractor} version ${features.version}`,
    seed: ctx.seed,
    badge: params.badge,
    badgeDecision: params.badgeDecision,
  };
}
