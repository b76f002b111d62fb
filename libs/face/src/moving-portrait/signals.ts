// Signals of a generated portrait: speech-like audio, mouth opening that follows loudness, blinks, head motion.
// Deterministic in the seed.

export const PORTRAIT_FPS = 25;
export const PORTRAIT_SAMPLE_RATE = 16000;

/** Every array is [frames]. */
export interface MotionTruth {
  /** Degrees, signs as in face-tracking. */
  yaw: Float32Array;
  pitch: Float32Array;
  roll: Float32Array;
  /** Shift of the head, px, x right and y down. */
  shiftX: Float32Array;
  shiftY: Float32Array;
  /** Gap added between the lips, 0…1 of the maximum. */
  mouthOpening: Float32Array;
  /** 0 open .. 1 shut. */
  blink: Float32Array;
}

/** Mulberry32 (public domain): the same numbers on every machine. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** First three formants of a few vowels, Hz, open to closed. */
const VOWELS = [
  [730, 1090, 2440],
  [660, 1720, 2410],
  [570, 840, 2410],
  [390, 1990, 2550],
  [300, 870, 2240],
] as const;

/** Syllables of voiced vowels and hissing onsets, with pauses: spectrum and rhythm of speech without words. */
export function syntheticSpeech(seconds: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  const samples = new Float32Array(Math.round(seconds * PORTRAIT_SAMPLE_RATE));
  let at = Math.round(0.3 * PORTRAIT_SAMPLE_RATE);
  while (at < samples.length) {
    const length = Math.round((0.14 + 0.14 * random()) * PORTRAIT_SAMPLE_RATE);
    const vowel = VOWELS[Math.floor(random() * VOWELS.length)]!;
    addSyllable(samples, at, length, vowel, 105 + 40 * random(), random);
    at += length + Math.round(0.03 * PORTRAIT_SAMPLE_RATE);
    if (random() < 0.18) at += Math.round((0.25 + 0.4 * random()) * PORTRAIT_SAMPLE_RATE);
  }
  return samples;
}

function addSyllable(
  samples: Float32Array,
  at: number,
  length: number,
  formants: readonly number[],
  pitch: number,
  random: () => number,
): void {
  const onset = Math.round(0.2 * length);
  // Open vowels are louder, as they are in speech.
  const level = 0.05 + 0.2 * (formants[0]! / 730);
  const harmonics = Array.from({ length: 24 }, (_, k) => {
    const frequency = pitch * (k + 1);
    return {
      frequency,
      gain: formants.reduce((sum, f, i) => sum + 1 / ((1 + ((frequency - f) / (60 + 30 * i)) ** 2) * (i + 1)), 0.02),
    };
  });
  for (let i = 0; i < length && at + i < samples.length; i++) {
    const envelope = Math.sin((Math.PI * i) / length) ** 0.7;
    const time = i / PORTRAIT_SAMPLE_RATE;
    let voice = 0;
    for (const { frequency, gain } of harmonics)
      voice += gain * Math.sin(2 * Math.PI * frequency * time * (1 - 0.04 * (i / length)));
    const hiss = i < onset ? 0.04 * (random() - 0.5) : 0;
    samples[at + i]! += Math.tanh(level * envelope * voice) * 0.6 + hiss;
  }
}

/** 0…1 per frame: loudness of the frame relative to the 98th percentile, slightly smoothed. */
export function openingFromLoudness(speech: Float32Array, frames: number): Float32Array {
  const hop = PORTRAIT_SAMPLE_RATE / PORTRAIT_FPS;
  const loudness = Float32Array.from({ length: frames }, (_, t) => {
    const from = Math.max(0, Math.round(t * hop)),
      to = Math.min(speech.length, Math.round((t + 1) * hop));
    let sum = 0;
    for (let i = from; i < to; i++) sum += speech[i]! * speech[i]!;
    return Math.sqrt(sum / Math.max(1, to - from));
  });
  const loud = [...loudness].sort((a, b) => a - b)[Math.floor(0.98 * (frames - 1))]! || 1;
  const shaped = loudness.map((l) => Math.min(1, l / loud));
  return shaped.map((v, t) => 0.2 * (shaped[t - 1] ?? v) + 0.6 * v + 0.2 * (shaped[t + 1] ?? v));
}

/** Lid position of one blink, frame by frame. */
const BLINK = [0.45, 1, 1, 0.75, 0.4, 0.15];

export function motionTruth(frames: number, mouthOpening: Float32Array, seed: number, motion: number): MotionTruth {
  const random = seededRandom(seed ^ 0x5bd1e995);
  // Two slow waves per channel with incommensurable frequencies, so that poses do not repeat.
  const wander = (amplitude: number): Float32Array => {
    const waves = [0.13 + 0.1 * random(), 0.37 + 0.15 * random()].map((hertz, k) => ({
      hertz,
      phase: 2 * Math.PI * random(),
      share: k ? 0.35 : 0.65,
    }));
    return Float32Array.from(
      { length: frames },
      (_, t) =>
        motion *
        amplitude *
        waves.reduce((sum, w) => sum + w.share * Math.sin((2 * Math.PI * w.hertz * t) / PORTRAIT_FPS + w.phase), 0),
    );
  };
  const blink = new Float32Array(frames);
  for (
    let t = Math.round(PORTRAIT_FPS * (0.8 + random()));
    t < frames;
    t += Math.round(PORTRAIT_FPS * (2 + 3 * random()))
  ) {
    BLINK.forEach((lid, k) => {
      if (t + k < frames) blink[t + k] = lid;
    });
  }
  return {
    yaw: wander(9),
    pitch: wander(4),
    roll: wander(3),
    shiftX: wander(7),
    shiftY: wander(4),
    mouthOpening,
    blink,
  };
}
