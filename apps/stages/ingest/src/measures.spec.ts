import { describe, expect, it } from '@jest/globals';
import { SAMPLE_RATE } from '@portrait/contracts';
import { measureAvOffset } from './av-offset.js';
import { chooseCrop, chooseSize } from './crop.js';
import { cutCandidates, isFaceJump } from './cuts.js';
import type { FaceMeasures } from './face-scan.js';
import { clipFrames, gradeLengths, gradeSound } from './grade-sound.js';
import { planSampling } from './sampling.js';
import { measureSound } from './sound.js';
import { ingestSpec } from '@portrait/contracts';

const { thresholds } = ingestSpec.params.parse({});

/** Numbers that look random and are the same on every run. */
function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** Syllables of a voice: openness at 25 fps and the sound that goes with it. */
function speech(seconds: number, seed = 3): { openness: Float32Array; sound: Float32Array } {
  const random = noise(seed);
  const openness = new Float32Array(seconds * 25);
  for (let start = 0; start < openness.length; start += 4 + Math.floor(3 * (random() + 1))) {
    const peak = 0.4 + 0.3 * (random() + 1);
    for (let k = 0; k < 4; k += 1)
      if (start + k < openness.length) openness[start + k] = peak * Math.sin((Math.PI * (k + 0.5)) / 4);
  }
  const sound = Float32Array.from({ length: seconds * SAMPLE_RATE }, (_, i) => {
    const t = i / SAMPLE_RATE;
    let voice = 0;
    for (let h = 1; h <= 10; h += 1) voice += Math.sin(2 * Math.PI * 120 * h * t) / h;
    return 0.15 * voice * openness[Math.floor(t * 25)]! + 0.0005 * random();
  });
  return { openness, sound };
}

const face = (left: number, top: number, width: number, height: number): FaceMeasures => ({
  left,
  top,
  right: left + width,
  bottom: top + height,
  height,
  yaw: 0,
  pitch: 0,
  mouth: 0,
  luma: 120,
  lumaLeft: 120,
  lumaRight: 120,
  sharpness: 0.5,
  rigid: new Float32Array(0),
  shape: new Float32Array(0),
  patch: new Float32Array(0),
});

describe('cuts', () => {
  const still = (length: number): number[] => Array.from({ length }, (_, i) => (i === 0 ? 0 : 0.5 + 0.3 * Math.sin(i)));

  it('are certain when one step stands alone, also two close together', () => {
    const differences = still(100);
    differences[40] = 9;
    differences[46] = 12;
    expect(cutCandidates(differences)).toEqual([
      { frame: 40, certain: true },
      { frame: 46, certain: true },
    ]);
  });

  it('are not taken from fast motion', () => {
    const differences = still(100);
    [2, 4, 7, 9, 8, 5, 2].forEach((v, i) => {
      differences[50 + i] = v;
    });
    expect(cutCandidates(differences).filter((c) => c.certain)).toEqual([]);
  });

  it('need the face to jump when doubtful', () => {
    const at = (x: number): Float32Array => Float32Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? x + i : i));
    expect(isFaceJump([at(0), at(0.5), at(9), at(9.5)], 200)).toBe(true);
    expect(isFaceJump([at(0), at(8), at(16), at(24)], 200)).toBe(false);
    expect(isFaceJump([at(0), at(4), at(11), at(15)], 200)).toBe(false);
  });
});

describe('the crop', () => {
  it('leaves a square recording with a good face alone', () => {
    expect(chooseCrop(512, 512, [face(140, 170, 230, 265)])).toEqual({ left: 0, top: 0, size: 512 });
  });

  it('centres the face of a wide recording and keeps inside it', () => {
    const crop = chooseCrop(1921, 1081, [face(1200, 300, 300, 380)]);
    expect(crop.size).toBeGreaterThan(700);
    expect(crop.size).toBeLessThan(900);
    expect(Math.abs(crop.left + crop.size / 2 - 1350)).toBeLessThanOrEqual(2);
    expect([crop.left % 2, crop.top % 2, crop.size % 2]).toEqual([0, 0, 0]);
    const corner = chooseCrop(1920, 1080, [face(1700, 20, 200, 260)]);
    expect(corner.left + corner.size).toBeLessThanOrEqual(1920);
    expect(corner.top).toBe(0);
  });

  it('takes the whole height when nearly all of it is needed', () => {
    expect(chooseCrop(360, 288, [face(60, 105, 104, 136)])).toMatchObject({ top: 0, size: 288 });
  });

  it('holds a face that moves about', () => {
    const crop = chooseCrop(
      1920,
      1080,
      Array.from({ length: 50 }, (_, i) => face(300 + 8 * i, 300 + i, 200, 250)),
    );
    expect(crop.left).toBeLessThan(300);
    expect(crop.left + crop.size).toBeGreaterThan(900);
  });

  it('is never enlarged more than 1.5 times', () => {
    const crop = { left: 0, top: 0, size: 290 };
    expect([chooseSize(512, crop), chooseSize(256, crop), chooseSize('source', crop)]).toEqual([434, 256, 290]);
  });
});

describe('sound', () => {
  const codes = (samples: Float32Array): string[] =>
    gradeSound(measureSound(samples), { share: 0, worstSecond: 0 }, thresholds).map((f) => `${f.level} ${f.code}`);

  it('passes speech', () => {
    const { sound } = speech(8);
    expect(measureSound(sound).voicedShare).toBeGreaterThan(0.25);
    expect(codes(sound)).toEqual([]);
  });

  it('refuses silence, white noise and hum', () => {
    const random = noise(5);
    expect(codes(new Float32Array(80000))).toEqual(['error silent-sound']);
    expect(codes(new Float32Array(0))).toEqual(['error silent-sound']);
    expect(codes(Float32Array.from({ length: 80000 }, () => 0.3 * random()))).toEqual(['error no-speech']);
    expect(codes(Float32Array.from({ length: 80000 }, (_, i) => 0.3 * Math.sin(i / 20)))).toEqual(['error no-speech']);
  });

  it('warns of quiet, noisy and clipped speech', () => {
    const { sound } = speech(8);
    const random = noise(6);
    expect(codes(sound.map((v) => v * 0.01))).toContain('warning quiet-sound');
    expect(codes(sound.map((v) => v + 0.07 * random()))).toContain('warning noisy-sound');
    expect(gradeSound(measureSound(sound), { share: 0.01, worstSecond: 4 }, thresholds)).toMatchObject([
      { code: 'clipped-sound', at: { second: 4 } },
    ]);
  });

  it('ends the clip where the shorter of picture and sound ends', () => {
    expect([
      clipFrames(250, 160000),
      clipFrames(250, 158000),
      clipFrames(250, 128000),
      clipFrames(250, 320000),
    ]).toEqual([250, 250, 200, 250]);
    expect(gradeLengths(250, 158000)).toEqual([]);
    expect(gradeLengths(250, 128000)).toMatchObject([{ code: 'sound-shorter', value: -2, at: { frame: 199 } }]);
    expect(gradeLengths(250, 320000)).toMatchObject([{ code: 'sound-longer', value: 10 }]);
  });
});

describe('sound against picture', () => {
  it.each([-18, -8, -3, 0, 1, 5, 12, 18])('finds an offset of %d frames', (lag) => {
    const { openness, sound } = speech(12);
    const shifted = Float32Array.from({ length: sound.length }, (_, i) => sound[i - lag * 640] ?? 0);
    const offset = measureAvOffset(
      [
        { first: 0, values: openness.subarray(0, 150) },
        { first: 160, values: openness.subarray(160) },
      ],
      shifted,
    )!;
    expect(offset.reliable).toBe(true);
    expect(Math.abs(offset.seconds * 25 - lag)).toBeLessThan(0.5); // Half a frame: the resolution of the picture.
  });

  it('bridges frames without a face', () => {
    const { openness, sound } = speech(10);
    const gappy = openness.map((v, i) => (i % 40 < 4 ? NaN : v));
    expect(Math.abs(measureAvOffset([{ first: 0, values: gappy }], sound)!.seconds)).toBeLessThan(0.02);
  });

  it('does not trust sound that belongs to another mouth, nor less than four seconds', () => {
    const { openness } = speech(16, 3);
    expect(measureAvOffset([{ first: 0, values: openness }], speech(16, 11).sound)!.reliable).toBe(false);
    expect(measureAvOffset([{ first: 0, values: openness.subarray(0, 90) }], speech(16).sound)).toBeNull();
  });
});

describe('sampling', () => {
  it('looks at short clips whole and at long ones in places', () => {
    expect(planSampling(200, []).frames).toHaveLength(200);
    const long = planSampling(1779, [
      { frame: 800, certain: false },
      { frame: 900, certain: true },
    ]);
    expect(long.grading).toHaveLength(356);
    expect(long.stretches).toHaveLength(2);
    expect(long.stretches.every((s) => s.end - s.first === 250 && s.end <= 1779)).toBe(true);
    expect(long.frames).toEqual(expect.arrayContaining([798, 799, 800, 801]));
    expect(planSampling(200, [], false).frames).toHaveLength(40);
    expect(planSampling(200_000, []).grading.length).toBeLessThanOrEqual(1200);
  });
});

describe('parameters', () => {
  it('have defaults and refuse what is unknown, odd or out of range', () => {
    expect(ingestSpec.params.parse({})).toMatchObject({
      size: 512,
      avOffsetCorrection: 'report',
      startSeconds: 0,
      durationSeconds: null,
      thresholds: { minSeconds: 3 },
    });
    expect(ingestSpec.params.parse({ thresholds: { minSnrDb: 3 } }).thresholds).toMatchObject({
      minSnrDb: 3,
      minSeconds: 3,
    });
    for (const wrong of [
      { size: 511 },
      { size: 2048 },
      { size: 'large' },
      { fps: 30 },
      { thresholds: { x: 1 } },
      { startSeconds: -1 },
      { durationSeconds: 0 },
    ]) {
      expect(ingestSpec.params.safeParse(wrong).success).toBe(false);
    }
  });
});
