// Targets for pre-training the audio network: the shape of the lips, free of head motion and size, as a few components.
import type { ArtifactRef, StageContext } from '@portrait/contracts';
import { LIPS_INNER, LIPS_OUTER } from '@portrait/face';
import { readNpz } from '@portrait/media';
import { principalComponents } from '@portrait/nerf';

const COMPONENTS = 8;
const LEFT_EYE_OUTER = 263;
const RIGHT_EYE_OUTER = 33;

/** @returns [F, 8], each column of unit deviation. */
export async function lipShapes(
  ctx: StageContext,
  landmarks: ArtifactRef<'landmarks'>,
): Promise<{ rows: Float32Array; columns: number }> {
  const arrays = await readNpz(await ctx.artifacts.path(landmarks, 'landmarks.npz'));
  const points = arrays['points']!.data as Float32Array;
  const frames = points.length / (478 * 3);
  const ids = [...LIPS_OUTER, ...LIPS_INNER];
  const shapes = new Float32Array(frames * ids.length * 2);
  for (let f = 0; f < frames; f++) {
    const at = (id: number, axis: number): number => points[(f * 478 + id) * 3 + axis]!;
    // Similarity transform that puts the outer eye corners on fixed places.
    const ex = at(LEFT_EYE_OUTER, 0) - at(RIGHT_EYE_OUTER, 0);
    const ey = at(LEFT_EYE_OUTER, 1) - at(RIGHT_EYE_OUTER, 1);
    const norm = ex * ex + ey * ey;
    const cx = (at(LEFT_EYE_OUTER, 0) + at(RIGHT_EYE_OUTER, 0)) / 2;
    const cy = (at(LEFT_EYE_OUTER, 1) + at(RIGHT_EYE_OUTER, 1)) / 2;
    ids.forEach((id, k) => {
      const dx = at(id, 0) - cx;
      const dy = at(id, 1) - cy;
      shapes[(f * ids.length + k) * 2] = (dx * ex + dy * ey) / norm;
      shapes[(f * ids.length + k) * 2 + 1] = (dy * ex - dx * ey) / norm;
    });
  }
  const width = ids.length * 2;
  const { mean, basis, deviation } = principalComponents(shapes, width, COMPONENTS);
  const columns = deviation.length;
  const rows = new Float32Array(frames * columns);
  for (let f = 0; f < frames; f++) {
    for (let a = 0; a < columns; a++) {
      let sum = 0;
      for (let c = 0; c < width; c++) sum += (shapes[f * width + c]! - mean[c]!) * basis[a * width + c]!;
      rows[f * columns + a] = sum / Math.max(deviation[a]!, 1e-9);
    }
  }
  return { rows, columns };
}
