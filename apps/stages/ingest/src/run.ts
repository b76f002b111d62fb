// Looks at the recording first (streams, then every frame small, then faces and sound), tells everything that is wrong
// with it at once, and only then writes the clip. Paper section 4.1 asks for 25 fps, 512² and some minutes of one
// person.
import { implement } from '@portrait/stage-kit';
import {
  CLIP_FPS,
  PortraitError,
  type Finding,
  type StageContext,
  ingestSpec,
  type IngestParams,
  type OutputsOf,
} from '@portrait/contracts';
import { checkToneMap, detectFields, probeMedia } from '@portrait/media';
import { gradeHair, measureHair } from './hair.js';
import { measureAvOffset, type AvOffset, type MouthStretch } from './av-offset.js';
import { checkStreams } from './check-streams.js';
import { chooseCrop, chooseSize } from './crop.js';
import { cutCandidates, isFaceJump, type CutCandidate } from './cuts.js';
import { scanFaces, type FaceSample } from './face-scan.js';
import { raiseErrors } from './findings.js';
import { gradeFaces } from './grade-faces.js';
import { gradeForm } from './grade-form.js';
import { gradePicture } from './grade-picture.js';
import { clipFrames, gradeLengths, gradeOffset, gradeSound } from './grade-sound.js';
import { scanPictures } from './picture-scan.js';
import { framesPreview, previewFrames, timelinePreview } from './preview.js';
import { planSampling, type Sampling } from './sampling.js';
import { chooseVoice } from './choose-voice.js';
import { measureClipping, measureSound } from './sound.js';
import { median, percentile } from './statistics.js';
import { readClipSound, timelineFilters } from './timeline.js';
import { writeClip } from './write-clip.js';

export const ingestStage = implement(ingestSpec, async (ctx, { video }, params) => {
  const path = await ctx.artifacts.path(video, 'source');
  try {
    return await ingest(ctx, path, video.files['source']!.sha256, params);
  } catch (error) {
    if (!(error instanceof PortraitError) || error.at?.file !== path) throw error;
    // The store's name for the file says nothing to the reader.
    throw new PortraitError(error.code, error.message.replaceAll(path, 'The video'), {
      ...(error.hint !== undefined && { hint: error.hint }),
      cause: error,
      at: { stage: 'ingest' },
    });
  }
});

async function ingest(
  ctx: StageContext,
  path: string,
  sha256: string,
  params: IngestParams,
): Promise<OutputsOf<typeof ingestSpec>> {
  const { signal, threads } = ctx;
  const checked = checkStreams(path, await probeMedia(path, { signal }), params);
  await checkToneMap(path, checked.video, signal);
  const voice = await chooseVoice(checked, signal);
  const source = { ...checked, ...voice.choice, fields: await detectFields(path, checked.video, signal) };
  const filters = timelineFilters(source, params);
  const progress = progressOver(ctx, Math.max(1, Math.round(source.promisedSeconds * CLIP_FPS)));

  const scan = await scanPictures(source, filters, signal, (done) =>
    progress('looking at every frame', 0, 0.1, done / Math.max(done, source.promisedSeconds * CLIP_FPS)),
  );
  const heard = await readClipSound(source, params, signal);
  const sound = measureSound(heard);
  const clipping = await measureClipping(source, signal);
  const frames = clipFrames(scan.frames, heard.length);

  const soundFindings = gradeSound(sound, clipping, params.thresholds);
  const early = [
    ...voice.findings,
    ...gradeForm(source),
    ...gradePicture(source, scan, frames, params.thresholds),
    ...gradeLengths(scan.frames, heard.length),
    ...soundFindings,
  ];

  const candidates = cutCandidates(scan.differences);
  const sampling = planSampling(scan.frames, candidates, !hasError(early));
  const samples = await scanFaces(source, filters, sampling.frames, {
    threads,
    signal,
    onFrame: (done) => progress('looking for faces', 0.1, 0.65, done / sampling.frames.length),
  });
  const cuts = resolveCuts(candidates, samples).filter((cut) => cut < frames);
  const gradingFrames = new Set(sampling.grading);
  const grading = samples.filter((s) => gradingFrames.has(s.frame));
  const faces = grading.flatMap((s) => (s.face ? [s.face] : []));
  const faceFindings = gradeFaces(
    source,
    grading,
    sampling.gradingStep,
    { cuts, borderDifferences: scan.borderDifferences },
    params.thresholds,
  );
  const offset = measureAvOffset(mouthStretches(sampling, samples), heard);
  const corrected = params.avOffsetCorrection === 'correct' && offset?.reliable === true;

  const crop = chooseCrop(source.video.width, source.video.height, faces);
  const size = chooseSize(params.size, crop);
  const hair = hasError([...early, ...faceFindings])
    ? []
    : await measureHair(source, filters, crop, grading, { threads: 1, signal });
  const findings: Finding[] = [
    ...early,
    ...faceFindings,
    ...gradeHair(hair),
    ...gradeOffset(offset, corrected, params.thresholds),
    ...aboutClip(cuts, params.size, size, crop.size),
  ];
  for (const finding of findings) ctx.finding(finding);
  reportMetrics(
    ctx,
    {
      frames,
      cuts: cuts.length,
      faceHeight: median(faces.map((f) => f.height)),
      sharpness: median(faces.map((f) => f.sharpness)),
      soundDb: sound.loudDb,
      snrDb: sound.loudDb - sound.backgroundDb,
      voicedShare: sound.voicedShare,
      hairBelowChin: median(hair.map((h) => h.share)),
      yawFrom: percentile(
        faces.map((f) => f.yaw),
        0.01,
      ),
      yawTo: percentile(
        faces.map((f) => f.yaw),
        0.99,
      ),
    },
    offset,
  );
  await ctx.preview(
    'timeline.png',
    await timelinePreview(scan.frames, sound, samples, scan.differences, cuts, findings),
  );
  await ctx.preview(
    'frames.jpg',
    await framesPreview(source, filters, previewFrames(scan.frames, findings), samples, crop, findings, signal),
  );
  raiseErrors(findings);

  const draft = await ctx.artifacts.create('clip');
  await writeClip(
    draft,
    source,
    {
      filters,
      crop,
      size,
      frames,
      sound: heard,
      soundShift: corrected ? -offset.seconds : 0,
      threads,
      signal,
      onFrame: (done) => progress('writing the clip', 0.65, 1, done / frames),
    },
    {
      source: {
        sha256,
        container: source.info.container,
        videoCodec: source.video.codec,
        audioCodec: source.audio.codec,
        width: source.video.width,
        height: source.video.height,
        fps: source.video.fps,
        seconds: source.info.seconds,
        rotation: source.video.rotation,
      },
      cuts,
      avOffsetSeconds: offset?.reliable ? offset.seconds : null,
      avOffsetCorrected: corrected,
      findings,
    },
  );
  return { clip: await draft.commit() };
}

const hasError = (findings: readonly Finding[]): boolean => findings.some((f) => f.level === 'error');

/** One count of frames over all passes: each pass covers a part of it, so that it only grows. */
function progressOver(
  ctx: StageContext,
  total: number,
): (message: string, from: number, to: number, share: number) => void {
  let last = -1;
  return (message, from, to, share) => {
    const done = Math.min(total, Math.round(total * (from + (to - from) * Math.min(1, share))));
    if (done > last) ctx.progress({ done, total, unit: 'frames', message });
    last = Math.max(last, done);
  };
}

function resolveCuts(candidates: readonly CutCandidate[], samples: readonly FaceSample[]): number[] {
  const faceAt = new Map(samples.flatMap((s) => (s.face ? [[s.frame, s.face] as const] : [])));
  return candidates
    .filter(({ frame, certain }) => {
      if (certain) return true;
      const [a, b, c, d] = [frame - 2, frame - 1, frame, frame + 1].map((f) => faceAt.get(f));
      return a && b && c && d && isFaceJump([a.rigid, b.rigid, c.rigid, d.rigid], c.height);
    })
    .map((c) => c.frame);
}

function mouthStretches(sampling: Sampling, samples: readonly FaceSample[]): MouthStretch[] {
  const mouthAt = new Map(samples.map((s) => [s.frame, s.face?.mouth ?? NaN]));
  return sampling.stretches.map(({ first, end }) => ({
    first,
    values: Float32Array.from({ length: end - first }, (_, i) => mouthAt.get(first + i) ?? NaN),
  }));
}

function aboutClip(cuts: readonly number[], asked: number | 'source', size: number, crop: number): Finding[] {
  const findings: Finding[] = [];
  if (cuts.length > 0) {
    const times = cuts
      .slice(0, 8)
      .map((c) => (c / CLIP_FPS).toFixed(2))
      .join(', ');
    findings.push({
      level: 'info',
      code: 'cuts',
      message:
        `${cuts.length === 1 ? 'There is a cut' : `There are ${cuts.length} cuts`}, at ` +
        `${times}${cuts.length > 8 ? ' …' : ''} s; head motion is not smoothed across.`,
      at: { frame: cuts[0]!, second: cuts[0]! / CLIP_FPS },
      value: cuts.length,
    });
  }
  if (typeof asked === 'number' && size < asked) {
    findings.push({
      level: 'info',
      code: 'size-limited',
      message:
        `The clip is ${size} px instead of ${asked}: the part of the recording with the head is ` +
        `${crop} px, and more than 1.5 times that adds only blur.`,
      value: size,
    });
  }
  return findings;
}

function reportMetrics(ctx: StageContext, values: Readonly<Record<string, number>>, offset: AvOffset | null): void {
  for (const [name, value] of Object.entries(values)) ctx.metric(name, Math.round(value * 1000) / 1000);
  if (offset) {
    ctx.metric('avOffsetSeconds', Math.round(offset.seconds * 1000) / 1000);
    ctx.metric('avCorrelation', Math.round(offset.correlation * 1000) / 1000);
  }
}
