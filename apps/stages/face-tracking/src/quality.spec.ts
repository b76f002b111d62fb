import { describe, expect, it } from '@jest/globals';
import { PortraitError } from '@portrait/contracts';
import type { RigidFit } from './bundle-adjustment.js';
import { judgeTrack, type TrackLimits } from './quality.js';
import { expRotation } from './rotation.js';
import { frameRanges, segmentsOf } from './segments.js';

const limits: TrackLimits = { maxMedianError: 3.5, maxFrameError: 6, maxTurn: 20, maxGap: 25, fps: 25 };

function fitOf(
  frames: number,
  error: (t: number) => number,
  yaw: (t: number) => number = () => 0,
): { fit: RigidFit; found: Uint8Array } {
  const rotations = new Float64Array(frames * 9);
  for (let t = 0; t < frames; t++) expRotation(Float64Array.of(0, (yaw(t) * Math.PI) / 180, 0), rotations, t * 9);
  const frameRmse = Float64Array.from({ length: frames }, (_, t) => error(t));
  return {
    fit: {
      focal: 1400,
      rotations,
      translations: new Float64Array(frames * 3),
      shape: new Float64Array(3),
      pointWeights: new Float64Array(1),
      frameRmse,
      rmse: 1,
    },
    found: Uint8Array.from(frameRmse, (e) => (Number.isNaN(e) ? 0 : 1)),
  };
}
const judge = (
  frames: number,
  error: (t: number) => number,
  yaw?: (t: number) => number,
  cuts: number[] = [],
): ReturnType<typeof judgeTrack> => {
  const { fit, found } = fitOf(frames, error, yaw);
  return judgeTrack(fit, found, segmentsOf(frames, cuts), limits);
};
function refusal(run: () => unknown): PortraitError {
  try {
    run();
  } catch (error) {
    return error as PortraitError;
  }
  throw new Error('was not refused');
}

describe('judgeTrack', () => {
  it('accepts a good track without findings', () => {
    const { trust, findings } = judge(
      100,
      () => 1,
      (t) => t / 10,
    );
    expect([...trust].every((w) => w === 1)).toBe(true);
    expect(findings).toEqual([]);
  });

  it('warns about single bad frames and replaces them', () => {
    const { trust, findings } = judge(100, (t) => (t === 40 ? 9 : t === 70 ? NaN : 1));
    expect([trust[40], trust[70], trust[41]]).toEqual([0, 0, 1]);
    expect(findings.map((f) => [f.code, f.level, f.at?.frame])).toEqual([
      ['pose-missing', 'warning', 70],
      ['pose-unreliable', 'warning', 40],
    ]);
  });

  it('warns about a pose that jumps away and back', () => {
    const { trust, findings } = judge(
      100,
      () => 1,
      (t) => (t === 50 ? 45 : 0),
    );
    expect(trust[50]).toBe(0);
    expect(findings[0]).toMatchObject({ code: 'pose-spike', at: { frame: 50 } });
  });

  it.each([
    ['a clip that fits badly', () => judge(100, () => 5), 'whole clip'],
    ['a segment that fits badly', () => judge(100, (t) => (t < 60 ? 1 : 4), undefined, [60]), 'frames 60-99'],
    [
      'a jump that stays',
      () =>
        judge(
          100,
          () => 1,
          (t) => (t < 50 ? -15 : 15),
        ),
      'frames 49 and 50',
    ],
    ['a long gap', () => judge(200, (t) => (t >= 80 && t < 110 ? NaN : 1)), 'from frame 80'],
    ['many gaps', () => judge(100, (t) => (t % 4 === 0 ? NaN : 1)), '25 of 100 frames'],
    ['no face at all', () => judge(50, () => NaN), 'any frame'],
  ])('refuses %s and names the frames', (_, run, words) => {
    const error = refusal(run);
    expect(error).toBeInstanceOf(PortraitError);
    expect(error.code).toBe('TRACKING_FAILED');
    expect(error.message).toContain(words);
    expect(error.hint).toBeTruthy();
  });

  it('allows the same jump at a cut', () => {
    expect(
      judge(
        100,
        () => 1,
        (t) => (t < 50 ? -15 : 15),
        [50],
      ).findings,
    ).toEqual([]);
  });

  it('abbreviates runs of frames', () => {
    expect(frameRanges([3, 7, 8, 9, 40])).toBe('3, 7-9, 40');
    expect(frameRanges([0, 2, 4, 6], 2)).toBe('0, 2 and 2 more ranges');
  });
});
