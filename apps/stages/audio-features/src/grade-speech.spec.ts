import { describe, expect, it } from '@jest/globals';
import { SpeechMeter, speechFindings } from './grade-speech.js';

function noise(samples: number, amplitude: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length: samples }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return amplitude * (state / 2 ** 31 - 1);
  });
}
/** Voice-like: 120 Hz pulses in syllables of a quarter second. */
const buzz = (samples: number, amplitude: number): Float32Array =>
  Float32Array.from({ length: samples }, (_, i) => {
    const syllable = Math.max(0.02, Math.sin((2 * Math.PI * 4 * i) / 16000));
    let v = 0;
    for (let h = 1; h < 20; h++) v += Math.sin((2 * Math.PI * 120 * h * i) / 16000) / h;
    return amplitude * syllable * v * 0.5;
  });

const codes = (samples: Float32Array, chunk = 5000): string[] => {
  const meter = new SpeechMeter();
  for (let at = 0; at < samples.length; at += chunk) meter.add(samples.subarray(at, at + chunk));
  return speechFindings(meter.result()).map((f) => f.code);
};

describe('speechFindings', () => {
  it('has no finding for a voice', () => expect(codes(buzz(48000, 0.5))).toEqual([]));
  it('warns about silence, digital or nearly so', () => {
    expect(codes(new Float32Array(48000))).toEqual(['silent-audio']);
    expect(codes(noise(48000, 5e-4))).toEqual(['silent-audio']);
  });
  it('warns about white noise', () => expect(codes(noise(48000, 0.2))).toEqual(['noise-audio']));
  it('warns about a low level', () => expect(codes(buzz(48000, 0.01))).toEqual(['quiet-audio']));
  it('warns about clipping', () =>
    expect(codes(buzz(48000, 9).map((x) => Math.max(-1, Math.min(1, x))))).toEqual(['clipped-audio']));

  it('measures levels', () => {
    const meter = new SpeechMeter();
    meter.add(Float32Array.from({ length: 16000 }, (_, i) => (i % 2 ? 0.1 : -0.1)));
    const levels = meter.result();
    expect(levels.seconds).toBe(1);
    expect(levels.peakDb).toBeCloseTo(-20, 4); // 0.1 in float32
    expect(levels.rmsDb).toBeCloseTo(-20, 4);
    expect(levels.levelDeviationDb).toBeCloseTo(0, 3);
  });
});
