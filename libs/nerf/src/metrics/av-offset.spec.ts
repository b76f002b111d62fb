import { describe, expect, it } from '@jest/globals';
import { avOffset, fitOpeningPredictor } from './av-offset.js';

/** Deterministic numbers with mean 0 and variance 1. */
function noise(n: number, seed: number): Float64Array {
  let state = seed;
  return Float64Array.from({ length: n }, () => {
    let sum = 0;
    for (let k = 0; k < 12; k++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      sum += state / 2 ** 32;
    }
    return sum - 6;
  });
}

const FRAMES = 700;
const CHANNELS = 4;
/** Features of which one channel at one moment of the window sets the opening, with a little noise. */
function world(soundLate: number): { features: Float32Array; opening: number[] } {
  const features = Float32Array.from(noise(2 * FRAMES * CHANNELS, 3));
  const wobble = noise(FRAMES, 9);
  const opening = Array.from(
    { length: FRAMES },
    (_, f) => 0.1 + 0.02 * (features[(2 * (f + soundLate) + 1) * CHANNELS + 2] ?? 0) + 0.004 * wobble[f]!,
  );
  return { features, opening };
}

describe('fitOpeningPredictor', () => {
  it('finds the channel and the moment that matter', () => {
    const { features, opening } = world(0);
    const predicted = fitOpeningPredictor(features, CHANNELS, opening, 500).predict(features, FRAMES);
    const errors = opening.slice(500).map((v, i) => Math.abs(v - predicted[500 + i]!));
    // Signal .02, noise .004: the noise and some shrinkage are left.
    expect(errors.reduce((a, b) => a + b, 0) / errors.length).toBeLessThan(0.008);
  });

  it('does not look at frames after the training part or without a face', () => {
    const { features, opening } = world(0);
    const spoilt = opening.map((v, i) => (i >= 500 ? 1e6 : i % 10 === 0 ? null : v));
    const predicted = fitOpeningPredictor(features, CHANNELS, spoilt, 500).predict(features, FRAMES);
    expect(Math.max(...predicted)).toBeLessThan(0.3);
  });
});

describe('avOffset', () => {
  const heldOut = Array.from({ length: 180 }, (_, i) => 500 + i);
  const { features, opening } = world(0);
  const predictor = fitOpeningPredictor(features, CHANNELS, opening, 500);

  it.each([0, 3, -4])('finds a sound that is late by %i frames', (late) => {
    const shifted = world(late);
    const result = avOffset(
      heldOut.map((f) => shifted.opening[f]!),
      heldOut,
      predictor.predict(shifted.features, FRAMES),
    )!;
    expect(result.offset).toBe(late);
    expect(Math.abs(result.fineOffset - late)).toBeLessThan(0.1); // independent frames: the peak has no shoulders
    expect(result.peak).toBeGreaterThan(0.9);
    expect(result.confidence).toBeGreaterThan(0.8);
    expect(result.curve).toHaveLength(31);
  });

  it('is not confident about the sound of somebody else', () => {
    const other = Float32Array.from(noise(2 * FRAMES * CHANNELS, 77));
    const result = avOffset(
      heldOut.map((f) => opening[f]!),
      heldOut,
      predictor.predict(other, FRAMES),
    )!;
    expect(result.confidence).toBeLessThan(0.4);
  });

  it('answers null when there is too little to compare', () => {
    expect(
      avOffset(
        heldOut.slice(0, 49).map((f) => opening[f]!),
        heldOut.slice(0, 49),
        predictor.predict(features, FRAMES),
      ),
    ).toBeNull();
  });
});
