// Judges a portrait on the last eleventh of its clip (paper, section 4.1): pictures, lips, sync, motion, speed.
// Renders through the same PortraitRenderer as the render stage; every figure is defined in @portrait/nerf's metrics.
import { implement } from '@portrait/stage-kit';
import { CLIP_FPS, PortraitError, type StageContext, evaluateSpec, type EvaluateParams } from '@portrait/contracts';
import { openFaceLandmarker, type FaceLandmarker } from '@portrait/face';
import { Lpips } from '@portrait/kernels';
import { openVideoWriter, readNpy } from '@portrait/media';
import { modelPath } from '@portrait/models';
import {
  cameraFromTransform,
  eyeFeature,
  fitOpeningPredictor,
  judgeMouth,
  HEAD_TRAINING_CONSTANTS,
  openPortraitRenderer,
  readHeadPoints,
  readPlate,
  readSafetensors,
  readTrueFaces,
  wrongMoments,
  type PortraitRenderer,
  type TrueFaces,
} from '@portrait/nerf';
import { judgeFloors } from './floors.js';
import { FootageMeasurer, judgeLoop, openFootageUnderTest, type FootageMeasure } from './footage.js';
import { summariseFootage } from './footage-metrics.js';
import { readClip, readHeldOut } from './held-out.js';
import { measureFrames, type FrameMeasure, type Judges, type PortraitUnderTest } from './measure.js';
import { reportHtml } from './report-html.js';
import { reportSchema, type Metrics, type Report } from './report.js';
import { Showcase, sideBySide } from './showcase.js';
import { summarise } from './summarise.js';

const VIDEO = 'side-by-side.mp4';
/** Fewer training frames than ten seconds do not teach which sounds open the mouth. */
const LEAST_SYNC_TRAINING = 250;

export const evaluateStage = implement(evaluateSpec, async (ctx, inputs, params) => {
  const { artifacts, signal } = ctx;
  const clip = await readClip(artifacts, inputs);
  const renderer = await openPortraitRenderer(artifacts, inputs, {
    signal,
    earlyStopEps: HEAD_TRAINING_CONSTANTS.earlyStopEps,
  });
  const { json } = renderer.head;
  if (json.frames !== clip.frames || json.size !== clip.size) {
    throw new PortraitError(
      'INCOMPATIBLE',
      `The head was trained on ${json.frames} frames of ${json.size} px, this clip has ` +
        `${clip.frames} of ${clip.size} px.`,
      { hint: 'Evaluate a portrait on the clip it was made from.' },
    );
  }
  const frames = chooseFrames(json.trainFrames, clip.frames, params);
  const faces = await readTrueFaces(artifacts, inputs.landmarks, clip.frames);
  const features = (await readNpy(await artifacts.path(inputs.audioFeatures, 'features.npy'))).data as Float32Array;
  const predicted =
    json.trainFrames >= LEAST_SYNC_TRAINING
      ? fitOpeningPredictor(features, renderer.features.channels, faces.opening, json.trainFrames).predict(
          features,
          clip.frames,
        )
      : null;
  const portrait = underTest(renderer, faces, await readPlate(artifacts, inputs.background, clip.size));
  const moments = wrongMoments(frames.length);
  const points = await readHeadPoints(artifacts, inputs.landmarks, renderer.transforms, clip.frames);
  const eye = (frame: number): number => eyeFeature(faces.eyeOpenness[frame]!, json.eye); // scaled as in training
  const footage = params.footage ? await openFootageUnderTest(artifacts, inputs, renderer, points, eye) : null;
  const loop = params.footage ? await judgeLoop(artifacts, inputs, clip, renderer, points, signal) : null;

  const draft = await artifacts.create('report');
  const landmarker = await openFaceLandmarker({ threads: 1, signal });
  const video = await openVideoWriter(draft.path(VIDEO), {
    width: clip.size * 3,
    height: clip.size,
    fps: CLIP_FPS / params.frameStride,
    pixelFormat: 'rgb24',
    encoding: 'h264',
    signal,
    audio: {
      path: await artifacts.path(inputs.clip, 'audio.wav'),
      filters: [`atrim=start=${frames[0]! / CLIP_FPS}`, 'asetpts=PTS-STARTPTS'],
    },
  });
  const showcase = new Showcase(clip.size, frames.length);
  const measures: FrameMeasure[] = [];
  const footageMeasures: FootageMeasure[] = [];
  const measurer = new FootageMeasurer(clip.size, clip.cuts);
  try {
    const judges = await openJudges(ctx, landmarker, clip.size);
    const measured = measureFrames(readHeldOut(artifacts, inputs, clip.size, frames, signal), portrait, judges, {
      lipsRect: (f) => faces.lipsRect[f]!,
      wrongAudio: params.wrongAudio ? (f) => frames[moments[frames.indexOf(f)]!]! : null,
      composite: params.composite,
      lpipsStride: params.lpipsStride,
    });
    for await (const one of measured) {
      signal.throwIfAborted();
      const composites = footage && (await footage.compose(one.measure.frame, one.footage));
      if (composites) {
        const lpips = measures.length % params.lpipsStride === 0 ? judges.lpips : null;
        footageMeasures.push(await measurer.measure(one.measure.frame, one.footage, composites, lpips));
      }
      await video.write(sideBySide(one.truth, composites?.face.rgb ?? one.whole ?? one.head, clip.size));
      await showcase.add(
        { ...one, face: composites?.face.rgb ?? null },
        measures.length,
        faces.lipsRect[one.measure.frame]!,
      );
      measures.push(one.measure);
      ctx.progress({ done: measures.length, total: frames.length, unit: 'frames' });
    }
    await video.close();
  } catch (error) {
    await video.abort();
    throw error;
  } finally {
    await landmarker.close();
  }

  const { metrics, series } = summarise({
    size: clip.size,
    trainFrames: json.trainFrames,
    cuts: clip.cuts,
    faces,
    measures,
    footage: footage ? summariseFootage(footageMeasures, loop) : null,
    predicted,
  });
  const report: Report = reportSchema.parse({
    format: 1,
    portrait: {
      size: clip.size,
      extractor: json.extractor.name,
      extractorVersion: json.extractor.version,
      headSteps: json.steps.head,
      lipsSteps: json.steps.lips,
      trainFrames: json.trainFrames,
      frames: clip.frames,
    },
    heldOut: { first: frames[0]!, last: frames.at(-1)!, stride: params.frameStride, count: measures.length },
    metrics,
    floors: judgeFloors(metrics),
    mouthFollows: judgeMouth({
      correlation: metrics.mouth.correlation,
      amplitude: metrics.mouth.amplitude,
      shuffled: metrics.mouth.wrongAudioCorrelation ?? 0,
      faceFound: metrics.faceFound,
      ambientSpread: Infinity, // the audio coordinate itself is judged while training
    }),
    series,
  });
  const pictures = { frames: await showcase.frameSheet(), mouths: await showcase.mouthSheet(), video: VIDEO };
  await draft.writeJson('report.json', report);
  await draft.write('report.html', reportHtml(report, pictures));
  await ctx.preview('frames.jpg', pictures.frames);
  await ctx.preview('mouths.jpg', pictures.mouths);
  tell(ctx, report);
  const renderMs = measures.reduce((sum, m) => sum + m.renderMs, 0);
  if (renderMs > 0) ctx.metric('framesPerSecond', (1000 * measures.length) / renderMs);
  return { report: await draft.commit() };
});

function chooseFrames(trainFrames: number, frames: number, { frameStride, maximumFrames }: EvaluateParams): number[] {
  const count = Math.min(maximumFrames, Math.ceil((frames - trainFrames) / frameStride));
  if (count < 8)
    throw new PortraitError('INPUT_TOO_SHORT', `Only ${count} held-out frames are left to judge; 8 are needed.`, {
      hint: 'Use a longer clip or a smaller evaluate.frameStride.',
    });
  return Array.from({ length: count }, (_, i) => trainFrames + i * frameStride);
}

function underTest(renderer: PortraitRenderer, faces: TrueFaces, plate: Uint8Array): PortraitUnderTest {
  const view = (frame: number): { camera: Float32Array; eye: number } => ({
    camera: cameraFromTransform(renderer.transforms.frames[frame]!.transform_matrix),
    eye: eyeFeature(faces.eyeOpenness[frame]!, renderer.head.json.eye),
  });
  return {
    size: renderer.size,
    renderHead: (frame, audioFrame, behind) =>
      renderer.renderFrame({ ...view(frame), audioFrame, background: behind, torso: false }),
    renderWhole: (frame) => renderer.renderFrame({ ...view(frame), audioFrame: frame, background: plate }),
  };
}

async function openJudges(ctx: StageContext, landmarker: FaceLandmarker, size: number): Promise<Judges> {
  const detect: Judges['detect'] = async (rgb) => (await landmarker.detect(withAlpha(rgb), size, size))[0] ?? null;
  try {
    const lpips = new Lpips((await readSafetensors(await modelPath('lpips-alex', ctx))).tensors);
    return { detect, lpips: (a, b) => lpips.distance(a, b, size, size, { signal: ctx.signal }) };
  } catch (error) {
    if (!(error instanceof PortraitError) || error.code !== 'MODEL_UNAVAILABLE') throw error;
    ctx.finding({
      level: 'info',
      code: 'no-lpips',
      message: `LPIPS was not measured: ${error.message}`,
      ...(error.hint ? { advice: error.hint } : {}),
    });
    return { detect, lpips: null };
  }
}

function withAlpha(rgb: Uint8Array): Uint8Array {
  const rgba = new Uint8Array((rgb.length / 3) * 4).fill(255);
  for (let p = 0; p < rgb.length / 3; p++) {
    for (let c = 0; c < 3; c++) rgba[p * 4 + c] = rgb[p * 3 + c]!;
  }
  return rgba;
}

function tell(ctx: StageContext, report: Report): void {
  const { metrics: m, mouthFollows } = report;
  if (!mouthFollows.follows)
    ctx.finding({
      level: 'warning',
      code: 'mouth-does-not-follow',
      message: `The mouth does not follow the audio: ${mouthFollows.reason}`,
      advice: mouthFollows.advice,
      value: m.mouth.correlation,
    });
  for (const floor of report.floors.filter((f) => f.outcome === 'missed')) {
    ctx.finding({
      level: 'warning',
      code: 'floor-missed',
      message: floor.sentence,
      ...(floor.value === null ? {} : { value: floor.value }),
    });
  }
  for (const [name, value] of Object.entries(flat(m))) ctx.metric(name, value);
}

/** The figures worth comparing between runs, by short names. */
function flat(m: Metrics): Record<string, number> {
  const all = {
    psnrFull: m.head.psnrFull,
    psnrHead: m.head.psnrHead,
    psnrMouth: m.head.psnrMouth,
    lpips: m.head.lpips,
    psnrComposite: m.composite?.psnrFull ?? null,
    lpipsComposite: m.composite?.lpips ?? null,
    psnrFootageFace: m.footage?.face.psnrFull ?? null,
    psnrReplacedFace: m.footage?.face.psnrReplaced ?? null,
    lpipsFootageFace: m.footage?.face.lpips ?? null,
    psnrFootageHead: m.footage?.head.psnrFull ?? null,
    psnrReplacedHead: m.footage?.head.psnrReplaced ?? null,
    lpipsFootageHead: m.footage?.head.lpips ?? null,
    psnrNeckBand: m.footage?.neckBand.psnr ?? null,
    neckFlicker: m.footage?.neckBand.flicker ?? null,
    seamFace: m.footage?.face.seam ?? null,
    loopJump: m.footage?.loop?.jump ?? null,
    lmd: m.mouth.lmd,
    mouthCorrelation: m.mouth.correlation,
    mouthAmplitude: m.mouth.amplitude,
    mouthCorrelationWrongAudio: m.mouth.wrongAudioCorrelation,
    mouthSharpness: m.mouth.sharpness,
    avOffset: m.sync?.offset ?? null,
    avPeak: m.sync?.peak ?? null,
    avConfidence: m.sync?.confidence ?? null,
    auLower: m.actionUnits.lower,
    auUpper: m.actionUnits.upper,
    jitterRatio: m.jitter.ratio,
    blinkCorrelation: m.blink.correlation,
    samplesPerFrame: m.samplesPerFrame,
  };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, number] => entry[1] !== null));
}
