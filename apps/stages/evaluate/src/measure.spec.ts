import { describe, expect, it } from '@jest/globals';
import { CHIN, FACE_TOP, INNER_LIP_PAIRS, type DetectedFace } from '@portrait/face';
import type { TrueFaces } from '@portrait/nerf';
import type { HeldOutFrame } from './held-out.js';
import {
  measureFrames,
  type FrameMeasure,
  type Judges,
  type MeasureOptions,
  type PortraitUnderTest,
} from './measure.js';
import { summarise } from './summarise.js';

// A portrait that is a number: frame f shows brightness 100 + (what the sound of the frame says), and the detector
// reads the mouth opening from the brightness. What is true of the figures can then be worked out by hand.
const SIZE = 8;
const TRAIN = 0;
const FRAMES = 120;
const loud = (frame: number): number => Math.round(20 * Math.abs(Math.sin(frame / 4)) * (1 + (frame % 3)));
const flat = (value: number): Uint8Array => new Uint8Array(SIZE * SIZE * 3).fill(value);

function faceOf(opening: number): DetectedFace {
  const points = new Float32Array(478 * 3);
  points.set([0, 0, 0], FACE_TOP * 3);
  points.set([0, 100, 0], CHIN * 3);
  for (const [upper, lower] of INNER_LIP_PAIRS) {
    points.set([0, 50, 0], upper * 3);
    points.set([0, 50 + opening, 0], lower * 3);
  }
  return { points, blendshapes: new Float32Array(52), matrix: new Float32Array(16) };
}

const truthOf = (frame: number): number => 100 + loud(frame);
async function* heldOut(): AsyncGenerator<HeldOutFrame> {
  for (let frame = 0; frame < FRAMES; frame++)
    yield {
      frame,
      truth: flat(truthOf(frame)),
      behind: flat(0),
      headMask: new Uint8Array(SIZE * SIZE).fill(1),
      footage: { rgb: flat(truthOf(frame)), torso: new Uint8Array(0), labels: new Uint8Array(0) },
    };
}
const portrait = (says: (audioFrame: number, frame: number) => number): PortraitUnderTest => ({
  size: SIZE,
  renderHead: async (frame, audioFrame) => ({ rgb: flat(100 + says(audioFrame, frame)), samples: 10 }),
  renderWhole: async (frame) => ({ rgb: flat(110 + says(frame, frame)), samples: 10 }),
});
const judges: Judges = {
  detect: async (rgb) => faceOf(rgb[0]! - 100),
  lpips: async (a, b) => Math.abs(a[0]! - b[0]!) / 100,
};
const options: MeasureOptions = {
  lipsRect: () => ({ top: 2, left: 2, bottom: 6, right: 6 }),
  wrongAudio: (f) => (f + 41) % FRAMES,
  composite: true,
  lpipsStride: 4,
};

async function evaluate(under: PortraitUnderTest, change: Partial<MeasureOptions> = {}) {
  const measures: FrameMeasure[] = [];
  for await (const { measure } of measureFrames(heldOut(), under, judges, { ...options, ...change }))
    measures.push(measure);
  const all = Array.from({ length: FRAMES }, (_, f) => faceOf(loud(f)));
  const faces: TrueFaces = {
    points: all.map((f) => f.points),
    blendshapes: all.map((f) => f.blendshapes),
    opening: Array.from({ length: FRAMES }, (_, f) => loud(f) / 100),
    lipsRect: [],
    eyeOpenness: new Float32Array(FRAMES),
  };
  return {
    measures,
    ...summarise({
      size: SIZE,
      trainFrames: TRAIN,
      cuts: [],
      faces,
      measures,
      footage: null,
      predicted: Float64Array.from({ length: FRAMES }, (_, f) => loud(f)),
    }),
  };
}

describe('evaluation of a portrait that', () => {
  it('says exactly what it hears', async () => {
    const { metrics, measures, series } = await evaluate(portrait((audio) => loud(audio)));
    expect(metrics.head).toMatchObject({ psnrFull: 100, psnrHead: 100, psnrMouth: 100, lpips: 0 });
    expect(metrics.composite!.psnrFull).toBeCloseTo(20 * Math.log10(255 / 10), 10); // ten grey levels off
    expect(metrics.composite!.lpips).toBeCloseTo(0.1, 10);
    expect(measures.filter((m) => m.lpips !== null)).toHaveLength(FRAMES / 4);
    expect(metrics.mouth).toMatchObject({ lmd: 0, correlation: expect.closeTo(1, 6), amplitude: expect.closeTo(1, 6) });
    expect(Math.abs(metrics.mouth.wrongAudioCorrelation!)).toBeLessThan(0.5);
    expect(metrics.sync!.offset).toBe(0);
    expect(metrics.jitter.ratio).toBeNull(); // the drawn head is perfectly still
    expect(series.frame).toHaveLength(FRAMES);
  });

  it('says it two frames late', async () => {
    const { metrics } = await evaluate(portrait((audio) => loud(Math.max(0, audio - 2))));
    expect(metrics.sync!.offset).toBe(-2); // the picture is late, so the sound is early
    expect(metrics.mouth.correlation).toBeLessThan(0.9);
  });

  it('moves by the picture, not by the sound', async () => {
    const { metrics } = await evaluate(portrait((_, frame) => loud(frame)));
    expect(metrics.mouth.correlation).toBeCloseTo(1, 6);
    expect(metrics.mouth.wrongAudioCorrelation).toBeCloseTo(1, 6); // and is found out
  });

  it('never moves', async () => {
    const { metrics } = await evaluate(portrait(() => 10));
    expect(metrics.mouth).toMatchObject({ correlation: 0, wrongAudioCorrelation: 0 });
    expect(metrics.mouth.amplitude).toBeCloseTo(0, 6);
    expect(metrics.mouth.lmd).toBeGreaterThan(0);
  });

  it('is asked for less', async () => {
    const { metrics } = await evaluate(portrait(loud), { wrongAudio: null, composite: false });
    expect(metrics.composite).toBeNull();
    expect(metrics.mouth.wrongAudioCorrelation).toBeNull();
  });
});
