// Times the backends, collects the neck colours of each segment, then paints every frame: the paper's neck in-painting
// (appendix A.1). backends/plain.ts and column-plan.ts define what happens to a frame.
import { implement } from '@portrait/stage-kit';
import {
  clipJsonSchema,
  PortraitError,
  type StageContext,
  neckInpaintingSpec,
  type NeckInpaintingParams,
} from '@portrait/contracts';
import { openVideoWriter, readImage } from '@portrait/media';
import { chooseBackend } from './backends/choose.js';
import { NeckProfileBuilder, planColumns, type NeckProfile } from './column-plan.js';
import { labelledFrames, unpackLayer, type FrameSource, type LabelledFrame } from './frames.js';
import { REGION, stripGeometry, type StripBackend, type StripGeometry } from './geometry.js';
import { LayerPreview } from './preview.js';

/** Distance of the frames that the neck profile samples. */
const PROFILE_STEP_FRAMES = 10;

export const neckInpaintingStage = implement(neckInpaintingSpec, async (ctx, inputs, params) => {
  const clip = await ctx.artifacts.readJson(inputs.clip, 'clip.json', clipJsonSchema);
  const { size, frames } = clip;
  const plate = await readImage(await ctx.artifacts.path(inputs.background, 'background.png'));
  if (plate.width !== size || plate.height !== size) {
    throw new PortraitError(
      'INCOMPATIBLE',
      `The background is ${plate.width}×${plate.height} px and the clip ${size}×${size} px.`,
      { at: { stage: 'neck-inpainting' }, hint: 'Run semantic-parsing again on this clip.' },
    );
  }
  const source: FrameSource = {
    video: await ctx.artifacts.path(inputs.clip, 'video.mkv'),
    labels: await ctx.artifacts.path(inputs.labels, 'labels.mkv'),
    size,
    frames,
    threads: 1,
    signal: ctx.signal,
  };
  const starts = [0, ...clip.cuts.filter((c) => c > 0 && c < frames)];
  const segmentOf = (t: number): number => starts.findLastIndex((s) => s <= t);
  const progress = (done: number, message?: string): void =>
    ctx.progress({ done, total: frames, unit: 'frames', ...(message ? { message } : {}) });

  progress(0, 'neck over time');
  const { backend, profiles } = await prepare(ctx, params, source, starts.length, segmentOf);
  try {
    profiles.forEach((profile, k) => {
      if (profile) return;
      const from = starts[k]!,
        to = (starts[k + 1] ?? frames) - 1;
      ctx.finding({
        level: 'warning',
        code: 'neck-hidden',
        message: `No neck is visible in frames ${from}-${to}; the torso is continued upward instead.`,
        advice: 'Use footage with a visible neck: it joins head and torso better.',
        at: { frame: from, second: from / clip.fps },
      });
    });

    const draft = await ctx.artifacts.create('torso-layer');
    const writer = await openVideoWriter(draft.path('torso.mkv'), {
      width: size,
      height: size,
      fps: clip.fps,
      pixelFormat: 'rgba',
      encoding: 'ffv1',
      signal: ctx.signal,
    });
    const preview = new LayerPreview(plate, frames);
    const bare: number[] = [];
    let covered = 0;
    try {
      for await (const frame of labelledFrames(source)) {
        ctx.signal.throwIfAborted();
        const { layer, hasTorso } = await paintFrame(backend, frame, profiles[segmentOf(frame.index)]!);
        if (!hasTorso) bare.push(frame.index);
        const rgba = unpackLayer(layer);
        for (let a = 3; a < rgba.length; a += 4) covered += rgba[a]! >> 7;
        await preview.add(frame, rgba);
        await writer.write(rgba);
        progress(frame.index + 1);
      }
      await writer.close();
    } catch (error) {
      await writer.abort();
      throw error;
    }
    if (bare.length)
      ctx.finding({
        level: 'warning',
        code: 'torso-missing',
        message: `No neck and no torso in ${bare.length} frames, first in frame ${bare[0]}.`,
        advice: 'Frame the person with shoulders: the torso of these frames stays transparent.',
        at: { frame: bare[0]!, second: bare[0]! / clip.fps },
        value: bare.length,
      });
    ctx.metric('layerShare', covered / (frames * size * size));
    ctx.metric('neckColumns', Math.max(0, ...profiles.map((p) => p?.colour.filter((c) => c >= 0).length ?? 0)));
    // The backend is not recorded: the layer has the same digest on every backend.
    await draft.writeJson('torso.json', {
      size,
      frames,
      strips: { ...backend.geometry, shade: undefined, blurWeights: undefined },
    });
    await ctx.preview('torso-over-plate.jpg', await preview.encode());
    return { torsoLayer: await draft.commit() };
  } finally {
    await backend.close();
  }
});

/** First pass over the clip: times the backends on the first frame, then samples the neck of each segment. */
async function prepare(
  ctx: StageContext,
  params: NeckInpaintingParams,
  source: FrameSource,
  segments: number,
  segmentOf: (t: number) => number,
): Promise<{ backend: StripBackend; profiles: (NeckProfile | null)[] }> {
  const geometry = stripGeometry(source.size, params);
  const builders = Array.from({ length: segments }, () => new NeckProfileBuilder(geometry));
  let backend: StripBackend | null = null;
  try {
    for await (const { index, labels, picture } of labelledFrames(source, { step: PROFILE_STEP_FRAMES })) {
      backend ??= await openFastest(ctx, params, geometry, labels, picture);
      builders[segmentOf(index)]!.add(await backend.columns(await backend.regions(labels)), picture);
    }
    if (!backend)
      throw new PortraitError('INCOMPATIBLE', 'The clip has no frames.', { at: { stage: 'neck-inpainting' } });
    return { backend, profiles: builders.map((builder) => builder.build()) };
  } catch (error) {
    await backend?.close();
    throw error;
  }
}

async function openFastest(
  ctx: StageContext,
  params: NeckInpaintingParams,
  geometry: StripGeometry,
  labels: Float32Array,
  picture: Float32Array,
): Promise<StripBackend> {
  const { backend, reports } = await chooseBackend(params.backend, geometry, labels, picture);
  for (const { name, milliseconds, reason } of reports) {
    if (milliseconds === null) ctx.log.debug(`backend ${name} cannot run: ${reason}`);
    else ctx.metric(`frameMs.${name}`, milliseconds);
  }
  ctx.log.info('in-painting backend chosen', {
    backend: backend.name,
    milliseconds: Object.fromEntries(reports.map((r) => [r.name, r.milliseconds])),
  });
  return backend;
}

async function paintFrame(
  backend: StripBackend,
  { labels, picture }: LabelledFrame,
  profile: NeckProfile | null,
): Promise<{ layer: Float32Array; hasTorso: boolean }> {
  const regions = await backend.regions(labels);
  const plan = planColumns(await backend.columns(regions), picture, backend.geometry, profile);
  return {
    layer: await backend.paint(picture, regions, plan),
    hasTorso: regions.includes(REGION.neck) || regions.includes(REGION.torso),
  };
}
