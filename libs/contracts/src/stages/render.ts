// render: a portrait and speech become a video.
import { z } from 'zod';
import { input, optionalInput } from './inputs.js';
import { stageSpec, type InputsOf, type ParamsOf } from './stage-spec.js';

// Flat, so that each parameter is one word on a command line; what belongs together is checked together.
const oddWindow = (limit: number) =>
  z
    .int()
    .min(1)
    .max(limit)
    .refine((n) => n % 2 === 1, 'must be odd: the window is centred on its frame');

const params = z
  .strictObject({
    base: z
      .enum(['auto', 'footage', 'free'])
      .default('auto')
      .describe(
        'what a frame starts from: footage (the recorded frame; the rendered face or head is laid ' +
          'into it), free (background and torso network), auto (footage where pose is clip or recorded ' +
          'and the background is the plate, else free)',
      ),
    replace: z
      .enum(['auto', 'face', 'head'])
      .default('auto')
      .describe(
        'with footage: face (jaw, mouth and cheeks; all else stays recorded), head (the face with ' +
          'forehead and brows; the outline of the hair stays recorded), auto (face, or head where eyes ' +
          'are not those of the clip)',
      ),
    loop: z
      .enum(['forward', 'ping-pong'])
      .default('forward')
      .describe(
        'with footage: how a video longer than the recording goes on: forward (back to an earlier ' +
          'moment with the same head and shoulders, cross-faded), ping-pong (back and forth)',
      ),
    pauses: z
      .enum(['close', 'as-heard'])
      .default('close')
      .describe(
        "close (in pauses of the speech the mouth eases to the person's resting mouth and back), " +
          'as-heard (what the network makes of silence)',
      ),
    pauseSeconds: z
      .number()
      .min(0.2)
      .max(10)
      .default(0.5)
      .describe('with pauses "close": longer silences are pauses, seconds'),
    pauseBelow: z
      .number()
      .min(10)
      .max(80)
      .default(35)
      .describe('with pauses "close": what is softer than the loud parts of the speech by this much is silence, dB'),
    pose: z
      .enum(['clip', 'recorded', 'held', 'track'])
      .default('clip')
      .describe(
        'head pose: clip (through one segment of the training clip, and on as "loop" says; back and ' +
          'forth with base free), recorded (frame for frame as in the clip: for its own sound, or to ' +
          'dub it), held (one frame), track (the file given as poseTrack)',
      ),
    poseSegment: z
      .union([z.literal('longest'), z.int().min(0)])
      .default('longest')
      .describe('segment between two cuts that "clip" goes through, numbered from 0'),
    heldFrame: z
      .union([z.literal('neutral'), z.int().min(0)])
      .default('neutral')
      .describe('frame of the clip whose pose "held" keeps; neutral is the recorded pose nearest to the mean'),
    eyes: z
      .enum(['clip', 'blinks', 'fixed', 'track'])
      .default('clip')
      .describe(
        'eye opening: clip (of the same frames as the pose), blinks (natural, from the seed), fixed, ' +
          'track (the file given as eyeTrack)',
      ),
    eyesOpen: z
      .number()
      .min(0)
      .max(1.2)
      .default(1)
      .describe('with eyes "fixed": 0 closed, 1 open, as this person shows in the clip'),
    blinkSeconds: z
      .number()
      .min(1)
      .max(10)
      .default(3.5)
      .describe('with eyes "blinks": median time between blinks, seconds; two thirds lie within a factor of 1.5'),
    background: z
      .union([
        z.enum(['plate', 'media', 'transparent']),
        z.string().regex(/^#[0-9a-fA-F]{6}$/, 'must be plate, media, transparent or a colour #rrggbb'),
      ])
      .default('plate')
      .describe(
        'plate (behind the person in the clip), #rrggbb, media (image or video given as ' +
          'backgroundMedia, cut to cover, video looped), transparent (mov or webm)',
      ),
    poseSmoothing: oddWindow(51)
      .default(7)
      .describe('frames averaged for a pose (released code: 7), centred, never across a cut; 1 is off'),
    eyeSmoothing: oddWindow(25)
      .default(3)
      .describe('frames averaged for the eyes of the clip (released code: 3), centred; 1 is off'),
    audioSmoothing: oddWindow(9)
      .default(1)
      .describe(
        'frames averaged for the audio input, centred; 1 is off (released code: recursive 0.35, ' +
          'which lags by half a frame)',
      ),
    appearance: z
      .union([z.literal('mean'), z.int().min(0)])
      .default('mean')
      .describe(
        'appearance code: mean over the training frames, or that of one frame of the clip (released code: frame 0)',
      ),
    terminate: z
      .number()
      .min(1e-5)
      .max(0.2)
      .default(1e-3)
      .describe(
        'a ray ends when less than this share of light is left (released code: 1e-4); larger is ' +
          'faster and may show at thin hair',
      ),
    precision: z
      .enum(['auto', 'fp32', 'bf16'])
      .default('auto')
      .describe(
        'arithmetic of the head network: fp32, bf16 (about twice as fast with AMX, within 65 dB of fp32; refused ' +
          'where the processor lacks it), auto (bf16 where the processor has AMX). Bytes depend on it',
      ),
    container: z
      .enum(['mp4', 'mov', 'webm'])
      .default('mp4')
      .describe(
        'mp4 (H.264, AAC), mov (ProRes 4444, for editors, with alpha), webm (VP9, Opus, for browsers, with alpha)',
      ),
    crf: z
      .int()
      .min(0)
      .max(51)
      .default(16)
      .describe('constant quality of mp4 and webm, smaller is better and larger; mov ignores it'),
    startSeconds: z
      .number()
      .min(0)
      .default(0)
      .describe('where in the speech the video begins, seconds; taken at the frame at or before it'),
    durationSeconds: z
      .union([z.null(), z.number().positive()])
      .default(null)
      .describe('length of the video at most, seconds; null is the whole speech'),
    frameRange: z
      .union([z.null(), z.tuple([z.int().min(0), z.int().min(1)])])
      .default(null)
      .describe(
        'render only frames [first, end) of the video, with their sound; equal to the same frames of ' +
          'the whole. null is all',
      ),
    segmentFrames: z
      .int()
      .min(25)
      .max(2500)
      .default(250)
      .describe('frames encoded as one piece, which is also what is kept when the work is interrupted'),
    badge: z.enum(['on', 'off']).default('on').describe('visible "synthetic" badge in the lower left corner'),
    badgeDecision: z
      .union([z.null(), z.string().min(10).max(500)])
      .default(null)
      .describe('with badge "off": who decided so and why; written into the video\'s provenance'),
  })
  .superRefine((p, ctx) => {
    const mistake = (path: string, message: string): void => ctx.addIssue({ code: 'custom', path: [path], message });
    if (p.background === 'transparent' && p.container === 'mp4')
      mistake('container', 'mp4 has no transparency; choose mov or webm');
    if (p.frameRange && p.frameRange[1] <= p.frameRange[0]) mistake('frameRange', 'must end after it begins');
    if (p.badge === 'off' && p.badgeDecision === null)
      mistake('badgeDecision', 'is needed with badge "off": who decided so and why');
    if (p.badge === 'on' && p.badgeDecision !== null) mistake('badgeDecision', 'has no meaning with badge "on"');
  });

export const renderSpec = stageSpec({
  name: 'render',
  title: 'Render',
  version: 3,
  service: 'render',
  resource: 'gpu',
  inputs: {
    head: input('head'),
    torso: input('torso'),
    poses: input('poses'),
    landmarks: input('landmarks'),
    background: input('background'),
    clip: input('clip'),
    audioFeatures: input('audio-features'),
    speech: input('speech', 'clip'),
    labels: optionalInput('labels'),
    torsoLayer: optionalInput('torso-layer'),
    clipFeatures: optionalInput('audio-features'),
    consent: optionalInput('consent'),
    poseTrack: optionalInput('track'),
    eyeTrack: optionalInput('track'),
    backgroundMedia: optionalInput('background-media'),
  },
  outputs: { video: 'video' },
  params: params,
});

export type RenderParams = ParamsOf<typeof renderSpec>;
export type RenderInputs = InputsOf<typeof renderSpec>;
