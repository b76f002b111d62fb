// The badge as the render stage draws it.
import { makeBadge } from '@portrait/stage-render';

export function drawBadge(rgb: Uint8Array, side: number): Uint8Array {
  const out = rgb.slice();
  makeBadge(side).draw(out, 3);
  return out;
}
