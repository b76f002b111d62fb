// A face drawn from formulas, shaded well enough for a face detector. Not a likeness of anyone.
import type { Still } from './warp.js';
import type { StillFace } from './features.js';

type Rgb = readonly [number, number, number];
const SKIN: Rgb = [222, 176, 150],
  HAIR: Rgb = [70, 46, 34],
  SHIRT: Rgb = [52, 74, 110],
  LIPS: Rgb = [176, 92, 88],
  WALL: Rgb = [150, 170, 178];

export function drawFace(size: number): Still {
  const k = size / 512;
  const face: StillFace = {
    head: { x: 256 * k, y: 222 * k, halfWidth: 82 * k, halfHeight: 106 * k, chinY: 328 * k },
    mouth: { x: 256 * k, y: 276 * k, ax: 1, ay: 0, half: 34 * k, line: 1.5 * k, teeth: false },
    eyes: [-36, 36].map((dx) => ({
      x: (256 + dx) * k,
      y: 200 * k,
      ax: 1,
      ay: 0,
      half: 17 * k,
      above: 8 * k,
      below: 6 * k,
    })),
  };
  const rgb = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      // Four samples per pixel: anti-aliasing.
      const sum = [0, 0, 0];
      for (const [dx, dy] of [
        [0.25, 0.25],
        [0.75, 0.25],
        [0.25, 0.75],
        [0.75, 0.75],
      ] as const) {
        colourAt((x + dx) / k, (y + dy) / k).forEach((v, c) => (sum[c]! += v / 4));
      }
      rgb.set(sum.map(Math.round), (y * size + x) * 3);
    }
  }
  return { size, rgb, face };
}

const mix = (a: Rgb, b: Rgb, t: number): Rgb => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
];
const scale = (a: Rgb, t: number): Rgb => [a[0] * t, a[1] * t, a[2] * t];
const bump = (x: number, y: number, cx: number, cy: number, rx: number, ry: number): number =>
  Math.exp(-(((x - cx) / rx) ** 2) - ((y - cy) / ry) ** 2);
const inside = (x: number, y: number, cx: number, cy: number, rx: number, ry: number): number =>
  ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2;

/** Colour at a point of the 512 px design, back to front. */
function colourAt(x: number, y: number): Rgb {
  let colour = scale(WALL, 1.05 - 0.0006 * y);
  if (inside(x, y, 256, 196, 104, 132) < 1 && y < 300)
    colour = scale(HAIR, 0.8 + 0.25 * Math.sin(x / 5 + y / 40) * 0.4);
  const shoulder = 395 + 0.0016 * (x - 256) ** 2;
  if (Math.abs(x - 256) < 46 + Math.max(0, y - 380) * 0.3 && y > 290 && y < 440)
    colour = scale(SKIN, 0.62 + 0.2 * (1 - Math.abs(x - 256) / 60) + 0.12 * Math.min(1, Math.max(0, (y - 330) / 60)));
  if (y > shoulder && (y > 425 - Math.abs(Math.abs(x - 256) - 60) * 0.4 || Math.abs(x - 256) > 60))
    colour = scale(SHIRT, 0.9 + 0.2 * bump(x, y, 200, 450, 90, 60));
  for (const side of [-1, 1]) if (inside(x, y, 256 + side * 86, 214, 11, 24) < 1) colour = scale(SKIN, 0.82);
  const jaw = y > 222 ? 82 * (1 - 0.16 * ((y - 222) / 106) ** 2) : 82;
  if (inside(x, y, 256, 222, jaw, 108) < 1) colour = faceAt(x, y);
  // Fringe: hair that ends above the brows.
  if (
    inside(x, y, 256, 196, 104, 132) < 1 &&
    y < 138 + 0.004 * (x - 236) ** 2 &&
    inside(x, y, 256, 222, 90, 118) < 1.15
  )
    colour = scale(HAIR, 0.85 + 0.12 * Math.sin(x / 4));
  return colour;
}

function faceAt(x: number, y: number): Rgb {
  const round = 1 - 0.32 * inside(x, y, 250, 218, 96, 128) ** 1.5;
  let light =
    round +
    0.1 * bump(x, y, 252, 225, 8, 34) +
    0.05 * (bump(x, y, 210, 240, 22, 16) + bump(x, y, 302, 240, 22, 16)) +
    0.06 * bump(x, y, 256, 165, 50, 20);
  light -=
    0.22 * bump(x, y, 256, 252, 17, 4) +
    0.12 * bump(x, y, 240, 246, 5, 10) +
    0.12 * bump(x, y, 272, 246, 5, 10) +
    0.12 * bump(x, y, 256, 297, 22, 5);
  light -=
    0.16 * (bump(x, y, 220, 190, 24, 9) + bump(x, y, 292, 190, 24, 9)) +
    0.1 * (bump(x, y, 220, 214, 18, 4) + bump(x, y, 292, 214, 18, 4));
  let colour = mix(
    scale(SKIN, light),
    [205, 120, 110],
    0.18 * (bump(x, y, 206, 248, 20, 16) + bump(x, y, 306, 248, 20, 16)),
  );
  for (const side of [-1, 1]) {
    const cx = 256 + side * 36;
    const brow = 176 - 5 * (1 - ((x - cx) / 26) ** 2);
    if (Math.abs(x - cx) < 25 && Math.abs(y - brow) < 4.2 - 2 * Math.max(0, (side * (x - cx)) / 25))
      colour = mix(colour, HAIR, 0.85);
    const u = (x - cx) / 17;
    if (Math.abs(u) < 1) {
      const upper = 200 - 8 * (1 - u * u),
        lower = 200 + 6 * (1 - u * u);
      if (y > upper && y < lower) {
        const r = Math.hypot(x - cx, y - 199);
        colour =
          r < 3.2
            ? [16, 14, 14]
            : r < 7
              ? [74, 92, 96]
              : scale([236, 232, 228], 0.8 + 0.2 * Math.min(1, (y - upper) / 6));
        if (Math.hypot(x - cx + 2, y - 197) < 1.3) colour = [250, 250, 250];
      }
      if (Math.abs(y - upper) < 1.5) colour = mix(colour, [40, 26, 22], 0.85);
    }
  }
  return lipsAt(x, y, colour);
}

function lipsAt(x: number, y: number, skin: Rgb): Rgb {
  const u = (x - 256) / 34;
  if (Math.abs(u) >= 1) return skin;
  const arch = 1 - u * u,
    parting = 276 + 1.5 * arch;
  const top = 276 - 9 * arch * (1 - 0.25 * Math.exp(-((u / 0.18) ** 2))),
    bottom = 276 + 14 * arch;
  if (y < top || y > bottom) return skin;
  const shade = y < parting ? 0.85 : 1.02 + 0.12 * bump(x, y, 256, 283, 14, 3);
  return Math.abs(y - parting) < 1.1 ? scale(LIPS, 0.45) : scale(LIPS, shade);
}
