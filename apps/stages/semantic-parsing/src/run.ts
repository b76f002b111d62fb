// Every frame of the clip → one class map (head, neck, torso, background), and the plate behind the person (RAD-NeRF
// preprocessing 4 and 5).
import { implement } from '@portrait/stage-kit';
import {
  clipJsonSchema,
  CLIP_FPS,
  type LabelsJson,
  PortraitError,
  type StageContext,
  semanticParsingSpec,
} from '@portrait/contracts';
import { LABEL, LABEL_NAMES, openSegmenter } from '@portrait/face';
import { encodePng, openVideoWriter, readFrames } from '@portrait/media';
import { classesAt } from './classes.js';
import { type FaceBox, toLabels } from './label-map.js';
import { parseFrames, type ParsedFrame } from './parse-frames.js';
import { Plate } from './plate.js';
import { labelOverlay, sheet, sheetFrames } from './preview.js';
import { removeFlickerFromStream } from './flicker.js';

/** Side of the picture that `plateDistance` refers to, px. */
const REFERENCE_SIDE = 512;
/** Maximum share of frames without a head (ours; the landmarks stage has the same limit). */
const MAX_HEADLESS_PERCENT = 5;
/** If less of the background is seen, most of the plate is filled in (ours). */
const MIN_BACKGROUND_SEEN_PERCENT = 10;

interface LabelledFrame {
  frame: number;
  rgb: Uint8Array;
  labels: Uint8Array;
}

export const semanticParsingStage = implement(semanticParsingSpec, async (ctx, { clip }, params) => {
  const { size, frames, cuts } = await ctx.artifacts.readJson(clip, 'clip.json', clipJsonSchema);
  const { signal } = ctx;
  const video = await ctx.artifacts.path(clip, 'video.mkv');
  const draft = await ctx.artifacts.create('labels');
  const plate = new Plate(size, (params.plateDistance * size) / REFERENCE_SIDE);
  const shown = new Set(sheetFrames(frames));
  const tiles: { caption: string; rgb: Uint8Array }[] = [];
  const headless: number[] = [];
  const pixels = LABEL_NAMES.map(() => 0);
  let parsed = 0;
  let done = 0;

  ctx.progress({ done: 0, total: frames, unit: 'frames' });
  const segmenter = await openSegmenter({ threads: ctx.threads, signal });
  const writer = await openVideoWriter(draft.path('labels.mkv'), {
    width: size,
    height: size,
    fps: CLIP_FPS,
    pixelFormat: 'gray',
    encoding: 'ffv1',
    signal,
  });
  try {
    const source = readFrames(video, { pixelFormat: 'rgb24', signal });
    const parsing = parseFrames(source, segmenter, {
      size,
      cuts,
      stride: params.stride,
      strideTolerance: params.strideTolerance,
      ahead: ctx.threads + 1,
      onParsed: () => parsed++,
    });
    for await (const { frame, rgb, labels } of removeFlickerFromStream(label(parsing, size, headless), cuts)) {
      await writer.write(labels);
      if (frame % params.plateInterval === 0) plate.add(rgb, labels);
      if (shown.has(frame)) tiles.push({ caption: String(frame), rgb: labelOverlay(rgb, labels) });
      for (const l of labels) pixels[l]!++;
      ctx.progress({ done: Math.min(++done, frames), total: frames, unit: 'frames' });
    }
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  } finally {
    await segmenter.close();
  }
  if (done !== frames)
    throw new PortraitError('ARTIFACT_CORRUPT', `clip.json states ${frames} frames, video.mkv has ${done}.`, {
      at: { file: 'video.mkv' },
      hint: 'Run ingest again.',
    });
  reportQuality(
    ctx,
    headless,
    frames,
    plate.seen,
    pixels.map((n) => n / (frames * size * size)),
  );
  ctx.metric('framesParsed', parsed);

  const background = await ctx.artifacts.create('background');
  const picture = plate.finish();
  await background.write('background.png', await encodePng({ width: size, height: size, channels: 3, data: picture }));
  await ctx.preview('labels.jpg', await sheet(tiles, size));
  await ctx.preview(
    'background.jpg',
    await sheet([{ caption: `plate, ${(100 * plate.seen).toFixed(0)} % seen`, rgb: picture }], size),
  );
  const summary: LabelsJson = { size, frames, classes: [...LABEL_NAMES] };
  await draft.writeJson('labels.json', summary);
  return { labels: await draft.commit(), background: await background.commit() };
});

async function* label(
  parsed: AsyncIterable<ParsedFrame>,
  size: number,
  headless: number[],
): AsyncGenerator<LabelledFrame> {
  let box: FaceBox | null = null;
  for await (const { frame, rgb, logits } of parsed) {
    const { labels, face } = toLabels(classesAt(logits, size), size, box);
    if (face) box = face;
    else headless.push(frame);
    yield { frame, rgb, labels };
  }
}

function reportQuality(
  ctx: StageContext,
  headless: readonly number[],
  frames: number,
  seen: number,
  shares: readonly number[],
): void {
  const at = headless[0] === undefined ? {} : { at: { frame: headless[0], second: headless[0] / CLIP_FPS } };
  const list = headless.slice(0, 20).join(', ') + (headless.length > 20 ? ' …' : '');
  if ((100 * headless.length) / frames > MAX_HEADLESS_PERCENT) {
    throw new PortraitError('FACE_NOT_FOUND', `No head in ${headless.length} of ${frames} frames: ${list}.`, {
      ...at,
      hint: 'Cut these frames out, or record again with the face in view and well lit.',
    });
  }
  if (headless.length > 0)
    ctx.finding({
      level: 'warning',
      code: 'head-missing',
      message: `No head in ${headless.length} frames: ${list}.`,
      advice: 'Harmless if rare.',
      ...at,
    });
  if (100 * seen < MIN_BACKGROUND_SEEN_PERCENT) {
    ctx.finding({
      level: 'warning',
      code: 'background-hidden',
      message: `Only ${(100 * seen).toFixed(0)} % of the background is ever seen; the rest of the plate is filled in.`,
      advice: 'Leave more room around the head when recording.',
      value: seen,
    });
  }
  if (shares[LABEL.torso] === 0)
    ctx.finding({
      level: 'warning',
      code: 'torso-missing',
      message: 'No torso in any frame.',
      advice: 'Include the shoulders, or expect a floating head.',
    });
  ctx.metric('backgroundSeenPercent', 100 * seen);
  LABEL_NAMES.forEach((name, id) => ctx.metric(`${name}Percent`, 100 * shares[id]!));
}
