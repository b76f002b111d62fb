// Stage compare: what a video that re-enacts the clip is worth beside the clip, frame by frame as delivered: encoded,
// with badge, plate and smoothed poses. The portrait by itself is judged by evaluate.
import {
  clipJsonSchema,
  compareSpec,
  PortraitError,
  provenanceSchema,
  videoJsonSchema,
  type ClipJson,
  type StageContext,
} from '@portrait/contracts';
import { openFaceLandmarker, type DetectedFace } from '@portrait/face';
import { contactSheet, differenceOf, encodeJpeg, readFrames, resizeImage, rgbImage, type Image } from '@portrait/media';
import {
  blinkFollow,
  jitter,
  lmd,
  mouthFollow,
  openings,
  psnr,
  readTrueFaces,
  type Box,
  type Landmarks,
  type TrueFaces,
} from '@portrait/nerf';
import { implement } from '@portrait/stage-kit';
import { z } from 'zod';

const figure = z.number().nullable();
const figuresSchema = z.object({
  frames: z.int().describe('frames compared'),
  psnrFace: figure.describe('dB within the box around the true face, mean over frames'),
  lmd: figure.describe('px at 512, MediaPipe lip points, both sets centred'),
  mouthCorrelation: z.number().describe('Pearson, mouth opening in the video against the clip'),
  mouthAmplitude: z.number().describe('standard deviation of the opening, video / clip'),
  blinkCorrelation: figure.describe(
    'eye area over face area, video against clip; null when the eyes of the clip hardly move',
  ),
  jitterRatio: figure.describe('mean second difference of rigid landmarks, video / clip'),
  faceFound: z.number().describe('share of frames of the video in which a face is found'),
});
type Figures = z.infer<typeof figuresSchema>;

/** comparison.json */
export const comparisonSchema = z.object({
  format: z.literal(1),
  /** Frame of the clip that the first frame of the video re-enacts. */
  firstFrame: z.int(),
  all: figuresSchema.describe('every frame looked at, most of which training has seen'),
  heldOut: figuresSchema
    .nullable()
    .describe('frames that training has not seen; null when the video has fewer than 8 of them'),
});
export type Comparison = z.infer<typeof comparisonSchema>;

/** What is read of video.json: enough, so that older videos can be compared. */
const videoSchema = videoJsonSchema.pick({ file: true, size: true, frames: true, speechStartSeconds: true }).extend({
  provenance: provenanceSchema.pick({ audio: true }),
});
/** What is read of head.json. */
const headFramesSchema = z.object({ trainFrames: z.int() });
const MIN_HELD_OUT_FRAMES = 8;
const SHEET_ROWS = 5;
const TILE = 224;

export const compareStage = implement(compareSpec, async (ctx, inputs, { maximumFrames }) => {
  const { artifacts, signal } = ctx;
  const [video, clip, head] = await Promise.all([
    artifacts.readJson(inputs.video, 'video.json', videoSchema),
    artifacts.readJson(inputs.clip, 'clip.json', clipJsonSchema),
    artifacts.readJson(inputs.head, 'head.json', headFramesSchema),
  ]);
  if (video.provenance.audio !== inputs.clip.files['audio.wav']?.sha256)
    throw new PortraitError(
      'INCOMPATIBLE',
      'The video does not say what the clip says: there is nothing to compare it with.',
      {
        hint:
          "Compare a video that was rendered with the clip's own sound (portrait render --self, or " +
          'audio "recorded").',
      },
    );
  if (video.size !== clip.size)
    throw new PortraitError('INCOMPATIBLE', `The video is of ${video.size} px, the clip of ${clip.size} px.`, {
      hint: 'Compare a video with the clip its portrait was made from.',
    });
  const firstFrame = Math.round(video.speechStartSeconds * clip.fps);
  const count = Math.min(maximumFrames, video.frames, clip.frames - firstFrame);
  const truth = await readTrueFaces(artifacts, inputs.landmarks, clip.frames);

  const frames = Array.from({ length: count }, (_, i) => firstFrame + i);
  const looks = await lookAt(
    ctx,
    { video: await artifacts.path(inputs.video, video.file), clip: await artifacts.path(inputs.clip, 'video.mkv') },
    clip.size,
    frames,
    truth,
  );
  const figuresOf = (from: number): Figures => figures(clip, frames.slice(from), looks.slice(from), truth);
  const firstHeldOut = frames.findIndex((frame) => frame >= head.trainFrames);
  const heldOut = firstHeldOut < 0 || count - firstHeldOut < MIN_HELD_OUT_FRAMES ? null : figuresOf(firstHeldOut);
  const comparison: Comparison = comparisonSchema.parse({ format: 1, firstFrame, all: figuresOf(0), heldOut });
  for (const [name, value] of Object.entries(comparison.all)) if (value !== null) ctx.metric(name, value);
  for (const [name, value] of Object.entries(heldOut ?? {})) if (value !== null) ctx.metric(`heldOut.${name}`, value);
  const draft = await artifacts.create('comparison');
  await draft.writeJson('comparison.json', comparison);
  signal.throwIfAborted();
  return { comparison: await draft.commit() };
});

interface Look {
  face: DetectedFace | null;
  psnrFace: number | null;
}

async function lookAt(
  ctx: StageContext,
  paths: { video: string; clip: string },
  size: number,
  frames: readonly number[],
  truth: TrueFaces,
): Promise<Look[]> {
  const { signal, threads } = ctx;
  const range = { frameCount: frames.length, pixelFormat: 'rgba' as const, signal };
  const streams = [
    readFrames(paths.video, { ...range, startFrame: 0 }),
    readFrames(paths.clip, { ...range, startFrame: frames[0]! }),
  ] as const;
  const landmarker = await openFaceLandmarker({ threads, signal });
  const looks: Promise<Look>[] = [];
  const tiles: { frame: number; image: Image }[] = [];
  const every = Math.ceil(frames.length / SHEET_ROWS);
  try {
    for (const [done, frame] of frames.entries()) {
      const [made, real] = (await Promise.all(streams.map((stream) => stream.next()))).map(
        ({ value }) => value as Uint8Array | undefined,
      );
      if (!made || !real)
        throw new PortraitError('INCOMPATIBLE', `Frame ${frame} is missing in the ${made ? 'clip' : 'video'}.`, {
          at: { frame },
          hint: 'Render the video again.',
        });
      const [realRgb, madeRgb] = [withoutAlpha(real), withoutAlpha(made)];
      if (done % every === 0)
        for (const picture of [realRgb, madeRgb, differenceOf(realRgb, madeRgb)])
          tiles.push({ frame, image: await resizeImage(rgbImage(picture, size), TILE, TILE) });
      const box = boxOf(truth.points[frame] ?? null, size);
      const psnrFace = box && psnr(realRgb, madeRgb, size, { box });
      looks.push(landmarker.detect(made, size, size).then(([face]) => ({ face: face ?? null, psnrFace })));
      // No more frames in the air than there are detectors for.
      if (done >= threads) await looks[done - threads];
      ctx.progress({ done: done + 1, total: frames.length, unit: 'frames' });
    }
    const captions = tiles.map(({ frame }, i) => `${frame} ${['clip', 'video', 'difference ×4'][i % 3]!}`);
    await ctx.preview(
      'frames.jpg',
      await encodeJpeg(
        await contactSheet(
          tiles.map(({ image }) => image),
          { columns: 3, captions },
        ),
      ),
    );
    return await Promise.all(looks);
  } finally {
    await Promise.allSettled(looks);
    await Promise.all(streams.map((stream) => stream.return()));
    await landmarker.close();
  }
}

function figures(
  { size, cuts }: ClipJson,
  frames: readonly number[],
  looks: readonly Look[],
  truth: TrueFaces,
): Figures {
  const real = frames.map((frame) => truth.points[frame] ?? null);
  const made = looks.map(({ face }): Landmarks => face?.points ?? null);
  const mouth = mouthFollow(
    frames.map((frame) => truth.opening[frame] ?? null),
    openings(made),
  );
  const [jitterMade, jitterReal] = [jitter(made, frames, cuts), jitter(real, frames, cuts)];
  const psnrs = looks.map(({ psnrFace }) => psnrFace).filter((value) => value !== null);
  return {
    frames: frames.length,
    psnrFace: psnrs.length === 0 ? null : psnrs.reduce((sum, value) => sum + value, 0) / psnrs.length,
    lmd: lmd(real, made, size),
    mouthCorrelation: mouth.correlation,
    mouthAmplitude: mouth.amplitude,
    blinkCorrelation: blinkFollow(real, made).correlation,
    jitterRatio: jitterMade !== null && jitterReal ? jitterMade / jitterReal : null,
    faceFound: made.filter((face) => face !== null).length / made.length,
  };
}

function boxOf(points: Landmarks, size: number): Box | null {
  if (!points) return null;
  const axis = (offset: number): [number, number] => {
    const values = Array.from({ length: points.length / 3 }, (_, i) => points[i * 3 + offset]!);
    return [Math.max(0, Math.floor(Math.min(...values))), Math.min(size, Math.ceil(Math.max(...values)))];
  };
  const [[left, right], [top, bottom]] = [axis(0), axis(1)];
  return { top, left, bottom, right };
}

function withoutAlpha(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let p = 0; p < rgba.length / 4; p++) rgb.set(rgba.subarray(p * 4, p * 4 + 3), p * 3);
  return rgb;
}
