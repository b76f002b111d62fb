// The faces of the clip, which every metric of a mouth, an eye or a movement is compared with.
import type { ArtifactReaderWriter, ArtifactRef } from '@portrait/contracts';
import { BLENDSHAPE_NAMES, LANDMARK_COUNT, readLandmarks } from '@portrait/face';
import type { Landmarks } from './mouth.js';
import type { Box } from './pictures.js';

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
  landmarks: ArtifactRef<'landmarks'>,
  frames: number,
): Promise<TrueFaces> {
  const { points, blendshapes, found, mouthOpening, lipsRect, eyeOpenness } = await readLandmarks(
    artifacts,
    landmarks,
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
