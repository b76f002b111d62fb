// The frames a portrait is judged on, with everything true about them. Reads the clip's artifacts in step, one frame at a time.
import { PortraitError, clipJsonSchema, type ArtifactReaderWriter, type ClipJson } from '@portrait/contracts';
import { readFrames } from '@portrait/media';
import { behindHead, readPlate, type Box, type Landmarks } from '@portrait/nerf';
import { BLENDSHAPE_NAMES, LABEL, LANDMARK_COUNT, readLandmarks } from '@portrait/face';
import type { EvaluateInputs } from './stage.js';

export interface HeldOutFrame {
  frame: number;
  truth: Uint8Array; // [size, size, 3]
  /** What was seen behind the head, as in training. */
  behind: Uint8Array; // [size, size, 3]
  headMask: Uint8Array; // [size, size], 1 inside
}

/** What landmarks.npz says about every frame of the clip. */
export interface TrueFaces {
  points: Landmarks[];
  blendshapes: (Float32Array | null)[];
  opening: (number | null)[];
  lipsRect: Box[];
  /** Raw eye openness; the portrait's own range scales it. */
  eyeOpenness: Float32Array;
}

export async function readTrueFaces(
  artifacts: ArtifactReaderWriter,
  inputs: Pick<EvaluateInputs, 'landmarks'>,
  frames: number,
): Promise<TrueFaces> {
  const { points, blendshapes, found, mouthOpening, lipsRect, eyeOpenness } = await readLandmarks(
    artifacts,
    inputs.landmarks,
    frames,
    ['points', 'blendshapes', 'found', 'mouthOpening', 'lipsRect', 'eyeOpenness'],
  );
  const rows = (data: Float32Array, columns: number): Float32Array[] =>
    Array.from({ length: frames }, (_, f) => data.subarray(f * columns, (f + 1) * columns));
  const whenFound = <T>(values: T[]): (T | null)[] => values.map((value, f) => (found[f] ? value : null));
  return {
    points: whenFound(rows(points, LANDMARK_COUNT * 3)),
    blendshapes: whenFound(rows(blendshapes, BLENDSHAPE_NAMES.length)),
    opening: whenFound(Array.from(mouthOpening)),
    lipsRect: Array.from({ length: frames }, (_, f) => ({
      top: lipsRect[f * 4]!,
      left: lipsRect[f * 4 + 1]!,
      bottom: lipsRect[f * 4 + 2]!,
      right: lipsRect[f * 4 + 3]!,
    })),
    eyeOpenness,
  };
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
      };
    }
  } finally {
    await Promise.all(streams.map((s) => s.return()));
  }
}
