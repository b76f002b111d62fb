// Refusals that need no decoding: what the container says is enough.
import { PortraitError } from '@portrait/contracts';
import type { AudioStreamInfo, FieldOrder, MediaInfo, VideoStreamInfo } from '@portrait/media';
import type { IngestParams } from '@portrait/contracts';

/** Below this a mouth's movement is not sampled: a syllable lasts about 200 ms. Ours. */
const MIN_FPS = 10;
/** A portrait is learnt from minutes; the sound of more than this is not held in memory. Ours. */
const MAX_CLIP_SECONDS = 3600;
/** Below this there is no face to learn. Ours. */
const MIN_SIDE = 128;

export interface Source {
  path: string;
  info: MediaInfo;
  video: VideoStreamInfo;
  audio: AudioStreamInfo;
  /** Channel of it that is heard; null mixes all. */
  channel: number | null;
  /** Order of the fields of a picture that is interlaced without saying so. */
  fields: FieldOrder | null;
  /** Length the container promises for the part asked for, seconds; 0 when it says nothing. */
  promisedSeconds: number;
}

export function checkStreams(path: string, info: MediaInfo, params: IngestParams): Source {
  const { video, audio } = info;
  if (!video)
    throw new PortraitError('INPUT_NO_VIDEO', 'The file has no picture stream.', {
      hint: 'Give a video of the person speaking, not a sound file.',
    });
  if (!audio)
    throw new PortraitError('INPUT_NO_AUDIO', 'The video has no sound stream.', {
      hint: 'The portrait learns lips from speech: give the recording with its sound.',
    });
  const side = Math.min(video.width, video.height);
  if (side < MIN_SIDE)
    throw new PortraitError(
      'INPUT_LOW_QUALITY',
      `The picture is ${video.width}×${video.height} px; at least ${MIN_SIDE} px on the short side are needed.`,
      { hint: 'Give the original recording, not a thumbnail; 512 px and more look good.' },
    );
  const whole = video.seconds ?? info.seconds;
  const promisedSeconds = Math.max(0, Math.min(whole - params.startSeconds, params.durationSeconds ?? Infinity));
  if (whole > 0 && params.startSeconds >= whole) {
    throw new PortraitError(
      'INVALID_ARGUMENT',
      `startSeconds is ${params.startSeconds}, but the video ends at ${whole.toFixed(2)} s.`,
      { hint: 'Choose an earlier start.' },
    );
  }
  if (whole > 0 && promisedSeconds < params.thresholds.minSeconds) {
    throw new PortraitError(
      'INPUT_TOO_SHORT',
      `The video is ${promisedSeconds.toFixed(2)} s long; at least ${params.thresholds.minSeconds} s are needed.`,
      { hint: 'One to five minutes of one person talking make a good portrait.' },
    );
  }
  if (promisedSeconds > MAX_CLIP_SECONDS) {
    throw new PortraitError(
      'INVALID_ARGUMENT',
      `The video is ${Math.round(promisedSeconds)} s long; a clip has at most ${MAX_CLIP_SECONDS} s.`,
      { hint: 'Choose a part: set startSeconds and durationSeconds. One to five minutes make a good portrait.' },
    );
  }
  if (video.fps > 0 && video.fps < MIN_FPS) {
    throw new PortraitError(
      'INPUT_LOW_QUALITY',
      `The video has ${round(video.fps)} frames a second; at least ${MIN_FPS} are needed to see lips move.`,
      { hint: 'Record at 25 frames a second or more.' },
    );
  }
  return { path, info, video, audio, channel: null, fields: null, promisedSeconds };
}

const round = (value: number): number => Math.round(value * 100) / 100;
