// landmarks.npz, the file of the landmarks stage: one row per frame of the clip. One table of its arrays, one reader.
import { PortraitError, type ArtifactReaderWriter, type ArtifactRef } from '@portrait/contracts';
import { readNpz, type NpyArray } from '@portrait/media';
import { BLENDSHAPE_NAMES } from './indices.js';
import { LANDMARK_COUNT } from './mediapipe/landmarker.js';

export const LANDMARK_FILE = 'landmarks.npz';

const float = (...row: number[]) => ({ dtype: 'float32', row }) as const;
const RECT = { dtype: 'int32', row: [4] } as const;

/** Element type and shape of one frame's row, in the order of the file. Units: README of the landmarks stage. */
export const LANDMARK_ARRAYS = {
  points: float(LANDMARK_COUNT, 3),
  blendshapes: float(BLENDSHAPE_NAMES.length),
  matrix: float(16),
  found: { dtype: 'uint8', row: [] },
  eyeRatio: float(),
  eyeOpenness: float(),
  mouthOpening: float(),
  mouthWidth: float(),
  faceRect: RECT,
  fullFaceRect: RECT,
  lipsRect: RECT,
  leftEyeRect: RECT,
  rightEyeRect: RECT,
} as const;

export type LandmarkArrayName = keyof typeof LANDMARK_ARRAYS;
type DataOf<Name extends LandmarkArrayName> = Extract<
  NpyArray,
  { dtype: (typeof LANDMARK_ARRAYS)[Name]['dtype'] }
>['data'];

/**
 * Data of the named arrays, row-major, row f for frame f of the clip.
 * @param frames of the clip
 * @throws PortraitError INCOMPATIBLE when an array is missing or has another shape
 */
export async function readLandmarks<Name extends LandmarkArrayName>(
  artifacts: Pick<ArtifactReaderWriter, 'path'>,
  landmarks: ArtifactRef<'landmarks'>,
  frames: number,
  names: readonly Name[],
): Promise<{ [N in Name]: DataOf<N> }> {
  const arrays = await readNpz(await artifacts.path(landmarks, LANDMARK_FILE));
  const entries = names.map((name) => [name, checkedData(arrays[name], name, frames)]);
  return Object.fromEntries(entries) as { [N in Name]: DataOf<N> };
}

function checkedData(array: NpyArray | undefined, name: LandmarkArrayName, frames: number): NpyArray['data'] {
  const { dtype, row } = LANDMARK_ARRAYS[name];
  const expected = describe(dtype, [frames, ...row]);
  const actual = array && describe(array.dtype, array.shape);
  if (array && actual === expected) return array.data;
  throw new PortraitError(
    'INCOMPATIBLE',
    `The array ${name} of the landmarks is ${actual ?? 'missing'}; a clip of ${frames} frames needs ${expected}.`,
    { at: { file: LANDMARK_FILE }, hint: 'Run the landmarks stage again on this clip.' },
  );
}

const describe = (dtype: string, shape: readonly number[]): string => `${dtype} [${shape.join(',')}]`;
