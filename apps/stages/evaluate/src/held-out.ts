// The frames a portrait is judged on, with everything true about them. Reads the clip's artifacts in step, one frame at
// a time.
import {
  clipJsonSchema,
  PortraitError,
  type ArtifactReaderWriter,
  type ClipJson,
  type evaluateSpec,
  type InputsOf,
} from '@portrait/contracts';
import { readFrames } from '@portrait/media';
import { behindHead, readPlate, type FootageFrame } from '@portrait/nerf';
import { LABEL } from '@portrait/face';

type EvaluateInputs = InputsOf<typeof evaluateSpec>;

export interface HeldOutFrame {
  frame: number;
  truth: Uint8Array; // [size, size, 3]
  /** What was seen behind the head, as in training. */
  behind: Uint8Array; // [size, size, 3]
  headMask: Uint8Array; // [size, size], 1 inside
  /** What footage mode starts from. */
  footage: FootageFrame;
}

export const readClip = (artifacts: ArtifactReaderWriter, inputs: EvaluateInputs): Promise<ClipJson> =>
  artifacts.readJson(inputs.clip, 'clip.json', clipJsonSchema);

/** @param frames rising numbers of the frames wanted */
export async function* readHeldOut(
  artifacts: ArtifactReaderWriter,
  inputs: EvaluateInputs,
  size: number,
  frames: readonly number[],
  signal: AbortSignal,
): AsyncGenerator<HeldOutFrame> {
  const plate = await readPlate(artifacts, inputs.background, size);
  const startFrame = frames[0]!;
  const range = { startFrame, frameCount: frames.at(-1)! - startFrame + 1, signal };
  const streams = [
    readFrames(await artifacts.path(inputs.clip, 'video.mkv'), { pixelFormat: 'rgb24', ...range }),
    readFrames(await artifacts.path(inputs.torsoLayer, 'torso.mkv'), { pixelFormat: 'rgba', ...range }),
    readFrames(await artifacts.path(inputs.labels, 'labels.mkv'), { pixelFormat: 'gray', ...range }),
  ] as const;
  const wanted = new Set(frames);
  try {
    for (let frame = startFrame; frame <= frames.at(-1)!; frame++) {
      const [truth, torso, labels] = (await Promise.all(streams.map((s) => s.next()))).map(
        (r) => r.value as Uint8Array | undefined,
      );
      if (!truth || !torso || !labels)
        throw new PortraitError(
          'INCOMPATIBLE',
          `Frame ${frame} is missing: clip, labels and torso layer do not have the same number of frames.`,
          { at: { frame }, hint: 'Run the stages after ingest again.' },
        );
      if (!wanted.has(frame)) continue;
      yield {
        frame,
        truth,
        behind: behindHead(truth, torso, labels, plate, size),
        headMask: labels.map((label) => (label === LABEL.head ? 1 : 0)),
        footage: { rgb: truth, torso, labels },
      };
    }
  } finally {
    await Promise.all(streams.map((s) => s.return()));
  }
}
