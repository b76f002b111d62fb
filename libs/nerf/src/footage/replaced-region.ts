// Which part of a recorded frame is replaced by the rendered head: a soft mask whose outline is fixed on the head.
// `face`: jaw, mouth and cheeks. `head`: the face with forehead, brows and ears' inner edge. The outline of the hair
// stays recorded in both, since the base frame shows it in this very pose. Below the chin the mask reaches as far as
// the clip's lowest jaw and a feather more, so that no recorded mouth or chin is left beside a rendered one.
import { LEFT_EYE, RIGHT_EYE } from '@portrait/face';
import type { Window } from '../behind-head.js';
import { project, type Intrinsics } from '../camera.js';
import type { HeadPoint, HeadPoints } from './head-points.js';
import { softPolygon, windowAround } from './soft-polygon.js';

export type Replaced = 'face' | 'head';

export interface RegionMask {
  readonly window: Window;
  /** Share of the rendered head, 0…1, rows of the window. */
  readonly alpha: Float32Array;
}

export interface ReplacedRegion {
  /** The mask under a camera. Pure: the same camera, the same mask. */
  mask(camera: Float32Array): RegionMask;
}

/** Half the width of the blend, cm on the head. */
const FEATHER_CM = { face: 0.9, head: 0.9 } as const;
/** How far the outline lies below the lowest chin, cm: past the feather, so that the lowest chin is wholly inside. */
const BELOW_CHIN_CM = 1.2;
/** Half the width of the blend round an eye, cm. */
const EYE_FEATHER_CM = 0.25;
/** How far the kept part reaches round an eye's ring, relative to the eye. */
const EYE_MARGIN = 1.5;

/** Between upper lip and nose; outlines are scaled round it. */
const CENTRE = 164;
/** The jaw from the subject's right ear to the left one, and how far from the centre its outline runs. */
// Inside the jaw line by the ears, outside it under the mouth.
const JAW: readonly (readonly [id: number, reach: number])[] = [
  [93, 0.8],
  [132, 0.83],
  [58, 0.87],
  [172, 0.93],
  [136, 1.0],
  [150, 1.05],
  [149, 1.08],
  [176, 1.08],
  [148, 1.08],
  [152, 1.08],
  [377, 1.08],
  [400, 1.08],
  [378, 1.08],
  [379, 1.05],
  [365, 1.0],
  [397, 0.93],
  [288, 0.87],
  [361, 0.83],
  [323, 0.8],
];
/** From the left cheek under the eyes over the bridge of the nose to the right cheek. */
const CHEEKS = [352, 346, 330, 329, 355, 195, 126, 100, 101, 117, 123] as const;
const CHEEK_REACH = 0.92;
/** Upper half of the face oval from the left ear to the right one. */
const UPPER_OVAL = [454, 356, 389, 251, 284, 332, 297, 338, 10, 109, 67, 103, 54, 21, 162, 127, 234] as const;
const UPPER_REACH = 0.97;

/** @param keepEyes with `head`: leave the eyes as recorded */
export function replacedRegion(
  points: HeadPoints,
  intrinsics: Intrinsics,
  replace: Replaced,
  keepEyes: boolean,
): ReplacedRegion {
  const outline = replace === 'face' ? [...jaw(points), ...cheeks(points)] : [...jaw(points), ...upper(points)];
  const eyes = replace === 'head' && keepEyes ? [eye(points, RIGHT_EYE), eye(points, LEFT_EYE)] : [];
  const size = intrinsics.width;
  return {
    mask(camera) {
      const pixelsPerCm = points.scale * pixelsPerUnit(camera, intrinsics);
      const polygon = projected(camera, intrinsics, outline);
      const feather = FEATHER_CM[replace] * pixelsPerCm;
      const window = windowAround(polygon, feather, size);
      const alpha = softPolygon(polygon, window, feather);
      for (const ring of eyes) {
        const hole = softPolygon(projected(camera, intrinsics, ring), window, EYE_FEATHER_CM * pixelsPerCm);
        for (let k = 0; k < alpha.length; k++) alpha[k]! *= 1 - hole[k]!;
      }
      return { window, alpha };
    },
  };
}

function jaw(points: HeadPoints): HeadPoint[] {
  const centre = points.rest(CENTRE);
  const below = BELOW_CHIN_CM * points.scale;
  return JAW.map(([id, reach]) => {
    // The part that moves with the jaw is where the outline runs outside the jaw line.
    const [x, y, z] = reach > 1 ? points.lowest(id) : points.rest(id);
    const [sx, sy] = [centre[0] + (x - centre[0]) * reach, centre[1] + (y - centre[1]) * reach];
    return [sx, reach > 1.06 ? Math.min(sy, y - below) : sy, z];
  });
}

const scaled = (points: HeadPoints, ids: readonly number[], reach: number): HeadPoint[] => {
  const centre = points.rest(CENTRE);
  return ids.map((id) => {
    const [x, y, z] = points.rest(id);
    return [centre[0] + (x - centre[0]) * reach, y, z];
  });
};
const cheeks = (points: HeadPoints): HeadPoint[] => scaled(points, CHEEKS, CHEEK_REACH);
const upper = (points: HeadPoints): HeadPoint[] => scaled(points, UPPER_OVAL, UPPER_REACH);

function eye(points: HeadPoints, ring: readonly number[]): HeadPoint[] {
  const corners = ring.map((id) => points.rest(id));
  const middle = [0, 1, 2].map((axis) => corners.reduce((sum, p) => sum + p[axis]!, 0) / corners.length);
  const width = Math.max(...corners.map((p) => p[0])) - Math.min(...corners.map((p) => p[0]));
  // Lids close over the height of the open eye: the margin is a share of the width in both directions.
  const margin = (width * (EYE_MARGIN - 1)) / 2;
  return corners.map((p) => {
    const [dx, dy] = [p[0] - middle[0]!, p[1] - middle[1]!];
    const length = Math.hypot(dx, dy) || 1;
    return [p[0] + (dx / length) * margin, p[1] + (dy / length) * margin, p[2]];
  });
}

function projected(camera: Float32Array, intrinsics: Intrinsics, points: readonly HeadPoint[]): Float64Array {
  const polygon = new Float64Array(points.length * 2);
  points.forEach(([x, y, z], k) => {
    const pixel = project(camera, intrinsics, x, y, z);
    if (pixel) polygon.set(pixel, 2 * k);
  });
  return polygon;
}

/** At the origin of the head. */
function pixelsPerUnit(camera: Float32Array, { focal }: Intrinsics): number {
  const depth = camera[2]! * camera[3]! + camera[6]! * camera[7]! + camera[10]! * camera[11]!;
  return focal / depth;
}
