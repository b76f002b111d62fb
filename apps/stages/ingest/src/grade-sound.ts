// Judges the sound: silent, quiet, clipped, noisy, without speech, of another length than the picture, or not in step
// with the lips.
import { CLIP_FPS, SAMPLE_RATE, type Finding } from '@portrait/contracts';
import type { AvOffset } from './av-offset.js';
import { atFrame } from './findings.js';
import { SILENCE_DB, type Clipping, type SoundMeasures } from './sound.js';
import type { IngestParams } from '@portrait/contracts';

const SILENT_DB = -65;
const QUIET_DB = -40;
/** One sample in two thousand at full scale is heard. Ours. */
const CLIPPED_SHARE = 5e-4;
/** Reading aloud is voiced 30 to 50 % of the time. */
const NO_SPEECH = 0.03;
const LITTLE_SPEECH = 0.15;

export function gradeSound(
  sound: SoundMeasures,
  clipping: Clipping,
  thresholds: IngestParams['thresholds'],
): Finding[] {
  const findings: Finding[] = [];
  if (sound.loudDb < SILENT_DB) {
    return [
      {
        level: 'error',
        code: 'silent-sound',
        message:
          sound.loudDb <= SILENCE_DB
            ? 'The sound is silent.'
            : `The sound is nearly silent (loud parts ${sound.loudDb.toFixed(0)} dB of full scale).`,
        advice: 'Check the microphone; the portrait learns lips from speech.',
        value: sound.loudDb,
      },
    ];
  }
  if (sound.voicedShare < NO_SPEECH) {
    return [
      {
        level: 'error',
        code: 'no-speech',
        message:
          `No speech is heard: ${Math.round(100 * sound.voicedShare)} % of the sound is ` +
          `voiced${sound.loudDb - sound.backgroundDb < 6 ? ', it is a steady noise' : ''}.`,
        advice: 'Give a recording in which the person speaks, without music or noise over it.',
        value: sound.voicedShare,
      },
    ];
  }
  if (sound.voicedShare < LITTLE_SPEECH)
    findings.push({
      level: 'warning',
      code: 'little-speech',
      message: `Only ${Math.round(100 * sound.voicedShare)} % of the sound is voiced speech.`,
      advice: 'Let the person speak most of the time; pauses teach the lips nothing.',
      value: sound.voicedShare,
    });
  if (sound.loudDb < QUIET_DB)
    findings.push({
      level: 'warning',
      code: 'quiet-sound',
      message: `The speech is quiet (loud parts ${sound.loudDb.toFixed(0)} dB of full scale).`,
      advice: 'Come nearer to the microphone or raise its gain.',
      value: sound.loudDb,
    });
  if (clipping.share > CLIPPED_SHARE)
    findings.push({
      level: 'warning',
      code: 'clipped-sound',
      message:
        `${(100 * clipping.share).toFixed(2)} % of the sound is clipped, most at about ` + `${clipping.worstSecond} s.`,
      advice: 'Lower the gain of the microphone.',
      at: { second: clipping.worstSecond },
      value: clipping.share,
    });
  const snr = sound.loudDb - sound.backgroundDb;
  if (snr < thresholds.minSnrDb)
    findings.push({
      level: 'warning',
      code: 'noisy-sound',
      message: `The speech stands only ${snr.toFixed(0)} dB above the background.`,
      advice: 'Record in a quiet room, or clean the sound before.',
      value: snr,
    });
  return findings;
}

/** Missing sound up to this is silence at the end; more ends the clip. A recorder's own delay stays below. */
const PADDED_SECONDS = 0.2;

/** Frames of the clip: to the end of the picture, or of the sound where that ends clearly earlier. */
export function clipFrames(frames: number, samples: number): number {
  const heard = Math.floor((samples / SAMPLE_RATE) * CLIP_FPS);
  return heard < frames - PADDED_SECONDS * CLIP_FPS ? heard : frames;
}

/** `frames` of picture against `samples` of sound on the clip's timeline. */
export function gradeLengths(frames: number, samples: number): Finding[] {
  const extra = samples / SAMPLE_RATE - frames / CLIP_FPS;
  const end = clipFrames(frames, samples);
  if (samples === 0 || (end === frames && extra < 0.5)) return [];
  const [which, other] = extra > 0 ? ['longer', 'picture'] : ['shorter', 'sound'];
  return [
    {
      level: 'warning',
      code: `sound-${which}`,
      message:
        `The sound is ${Math.abs(extra).toFixed(2)} s ${which} than the picture; the clip ends with ` +
        `the ${other} at ${(end / CLIP_FPS).toFixed(2)} s.`,
      advice: 'Check that sound and picture belong together.',
      at: atFrame(Math.max(0, end - 1)),
      value: extra,
    },
  ];
}

export function gradeOffset(
  offset: AvOffset | null,
  corrected: boolean,
  thresholds: IngestParams['thresholds'],
): Finding[] {
  if (!offset) return [];
  if (!offset.reliable)
    return [
      {
        level: 'warning',
        code: 'sync-unclear',
        message:
          `Lips and sound follow each other too loosely to measure their offset ` +
          `(correlation ${offset.correlation.toFixed(2)}, looked for up to ${offset.reachSeconds} s to either side).`,
        advice:
          'Check that the sound is the original one, not dubbed and not further off; a longer clip is measured better.',
        value: offset.correlation,
      },
    ];
  if (Math.abs(offset.seconds) <= thresholds.maxAvOffsetSeconds) return [];
  const ms = Math.round(1000 * Math.abs(offset.seconds));
  return [
    {
      level: corrected ? 'info' : 'warning',
      code: 'sound-offset',
      message:
        `The sound is about ${ms} ms ${offset.seconds > 0 ? 'late' : 'early'} against the ` +
        `picture${corrected ? '; it was moved by that' : ''}.`,
      ...(!corrected && { advice: 'Set avOffsetCorrection to correct to move the sound.' }),
      value: offset.seconds,
    },
  ];
}
