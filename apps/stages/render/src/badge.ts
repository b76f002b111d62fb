// The visible mark of a synthetic picture: the word in small white letters on a dark plate in the lower left corner.
// Drawn from a bitmap alphabet, because a bare machine has no fonts and the pixels must be the same everywhere.

/** Letters 4 wide and 5 high, one number a row, most significant bit left. */
const LETTERS: Readonly<Record<string, readonly number[]>> = {
  S: [0b0111, 0b1000, 0b0110, 0b0001, 0b1110],
  Y: [0b1001, 0b1001, 0b0111, 0b0001, 0b0110],
  N: [0b1001, 0b1101, 0b1011, 0b1001, 0b1001],
  T: [0b1111, 0b0110, 0b0110, 0b0110, 0b0110],
  H: [0b1001, 0b1001, 0b1111, 0b1001, 0b1001],
  E: [0b1111, 0b1000, 0b1110, 0b1000, 0b1111],
  I: [0b0110, 0b0110, 0b0110, 0b0110, 0b0110],
  C: [0b0111, 0b1000, 0b1000, 0b1000, 0b0111],
};
const WORD = 'SYNTHETIC';
const ADVANCE = 5;
const MARGIN = 2;
const PLATE_SHARE = 0.55;

export interface Badge {
  /** Draws over a frame of `channels` 3 or 4 in place; with 4 the badge is opaque enough to be read over anything. */
  draw(frame: Uint8Array, channels: 3 | 4): void;
}

/** Letters are a 256th of the picture's side per dot, at least one pixel. */
export function makeBadge(size: number): Badge {
  const dot = Math.max(1, Math.round(size / 256));
  const width = (WORD.length * ADVANCE - 1 + 2 * MARGIN) * dot;
  const height = (5 + 2 * MARGIN) * dot;
  const left = 2 * dot;
  const top = size - height - 2 * dot;
  const isInk = (x: number, y: number): boolean => {
    const column = Math.floor(x / dot) - MARGIN;
    const row = Math.floor(y / dot) - MARGIN;
    if (column < 0 || row < 0 || row > 4 || column % ADVANCE === 4) return false;
    const letter = WORD[Math.floor(column / ADVANCE)];
    return letter !== undefined && ((LETTERS[letter]![row]! >> (3 - (column % ADVANCE))) & 1) === 1;
  };
  return {
    draw(frame, channels) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width && left + x < size; x++) {
          const at = ((top + y) * size + left + x) * channels;
          const ink = isInk(x, y);
          for (let c = 0; c < 3; c++) frame[at + c] = ink ? 255 : Math.round(frame[at + c]! * (1 - PLATE_SHARE));
          if (channels === 4) frame[at + 3] = ink ? 255 : Math.max(frame[at + 3]!, Math.round(255 * PLATE_SHARE));
        }
      }
    },
  };
}
