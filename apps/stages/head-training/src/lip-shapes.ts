// Targets for pre-training the audio network: principal components of the lip shape, without head motion and scale.
import type { ArtifactRef, StageContext } from '@portrait/contracts';
import { LANDMARK_COUNT, LIPS_INNER, LIPS_OUTER, readLandmarks } from '@portrait/face';
import { principalComponents } from '@portrait/nerf';

const COMPONENTS = 8;
const LEFT_EYE_OUTER = 263;
const RIGHT_EYE_OUTER = 33;

/** @returns rows [F, columns], each column with unit deviation */
export async function lipShapes(
  ctx: StageContext,
  landmarks: ArtifactRef<'landmarks'>,
  frames: number,
): Promise<{ rows: Float32Array; columns: number }> {
  const { points } = await readLandmarks(ctx.artifacts, landmarks, frames, ['points']);
  const ids = [...LIPS_OUTER, ...LIPS_INNER];
  const shapes = new Float32Array(frames * ids.length * 2);
  for (let f = 0; f < frames; f++) {
    const at = (id: number, axis: number): number => points[(f * LANDMARK_COUNT + id) * 3 + axis]!;
    // Similarity transform that maps the outer eye corners to fixed positions.
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
