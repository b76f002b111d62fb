// Pose and eye tracks: JSON files with keyframes that a person or a tool writes. Checked as a whole, so that all
// mistakes are named at once, and read by interpolation. What the numbers do to the head is in pose-source.ts and
// eye-source.ts.
import { PortraitError } from '@portrait/contracts';
import { z } from 'zod';

const interpolation = z
  .enum(['ease', 'linear', 'hold'])
  .default('ease')
  .describe(
    'Between keyframes: ease (smoothstep: rests at each keyframe, never overshoots), linear, or ' +
      'hold (jump at the next keyframe).',
  );
const time = z.number().min(0).max(86_400).describe('Seconds from the start of the video; strictly increasing.');
const angle = (limit: number, what: string) =>
  z.number().min(-limit).max(limit).default(0).describe(`Degrees, ${what}; 0 is the neutral pose.`);
const shift = (what: string) =>
  z.number().min(-20).max(20).default(0).describe(`Centimetres, ${what}; 0 is the neutral pose.`);

const increasing = (keyframes: readonly { time: number }[], ctx: z.RefinementCtx): void => {
  keyframes.forEach((keyframe, k) => {
    if (k > 0 && keyframe.time <= keyframes[k - 1]!.time) {
      ctx.addIssue({
        code: 'custom',
        path: [k, 'time'],
        message: `${keyframe.time} s does not come after ${keyframes[k - 1]!.time} s`,
      });
    }
  });
};

export const poseTrackSchema = z.strictObject({
  version: z.literal(1),
  interpolation,
  keyframes: z
    .array(
      z.strictObject({
        time,
        yaw: angle(60, 'nose towards the right of the picture'),
        pitch: angle(45, 'nose up'),
        roll: angle(45, 'crown towards the right of the picture'),
        x: shift('towards the right of the picture'),
        y: shift('up'),
        z: shift('towards the camera'),
      }),
    )
    .min(1)
    .superRefine(increasing),
});
export type PoseTrack = z.infer<typeof poseTrackSchema>;

export const eyeTrackSchema = z.strictObject({
  version: z.literal(1),
  interpolation: interpolation.default('linear'),
  keyframes: z
    .array(
      z.strictObject({
        time,
        open: z
          .number()
          .min(0)
          .max(1.2)
          .describe('0 closed and 1 open as this person shows in the clip; above 1 wider.'),
      }),
    )
    .min(1)
    .superRefine(increasing),
});
export type EyeTrack = z.infer<typeof eyeTrackSchema>;

/** Checks a track. Throws INVALID_ARGUMENT with every mistake and its place. */
export function parseTrack<T>(schema: z.ZodType<T>, value: unknown, name: 'pose track' | 'eye track'): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const mistakes = result.error.issues.map(
    (issue) =>
      `${
        issue.path
          .map((p) => (typeof p === 'number' ? `[${p}]` : `.${String(p)}`))
          .join('')
          .replace(/^\./, '') || 'the file'
      }: ${issue.message}`,
  );
  throw new PortraitError(
    'INVALID_ARGUMENT',
    `The ${name} has ${mistakes.length} ${mistakes.length === 1 ? 'mistake' : 'mistakes'}: ${mistakes.join('; ')}.`,
    {
      hint: 'The README of the render stage shows a valid track.',
      at: { file: 'track.json' },
    },
  );
}

/** Value of one key at a time, seconds. Before the first and after the last keyframe the value holds. */
export function valueAt<K extends string>(
  track: { interpolation: 'ease' | 'linear' | 'hold'; keyframes: readonly ({ time: number } & Record<K, number>)[] },
  key: K,
  seconds: number,
): number {
  const { keyframes } = track;
  let low = 0;
  let high = keyframes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keyframes[middle]!.time <= seconds) low = middle + 1;
    else high = middle;
  }
  const before = keyframes[low - 1];
  const after = keyframes[low];
  if (!before) return after![key];
  if (!after || track.interpolation === 'hold') return before[key];
  const w = (seconds - before.time) / (after.time - before.time);
  return before[key] + (after[key] - before[key]) * (track.interpolation === 'ease' ? w * w * (3 - 2 * w) : w);
}
