// A bust with known geometry: head disc over a neck, shoulders below, on a plain wall.

export const BUST = { wall: 0x3060a0, skin: 0xc08060, shadow: 0x905040, shirt: 0xe0e0f0, head: 0xd0a080 } as const;

export interface Bust {
  size: number;
  picture: Float32Array;
  labels: Float32Array;
}

/** Side `size`; `nod` lowers the head by px, so that it hides the neck. */
export function makeBust(size: number, nod = 0): Bust {
  const picture = new Float32Array(size * size),
    labels = new Float32Array(size * size);
  const k = size / 128,
    cx = 64 * k,
    headY = 48 * k + nod;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const i = y * size + x,
        across = Math.abs(x + 0.5 - cx) / k,
        down = (y + 0.5) / k;
      let label = 0,
        colour: number = BUST.wall;
      if (down > 96 - Math.max(0, 24 - across) * 0.3 && across < 52) [label, colour] = [3, BUST.shirt];
      else if (across < 16 && down > 60) [label, colour] = [2, BUST.skin];
      if (((x + 0.5 - cx) / (28 * k)) ** 2 + ((y + 0.5 - headY) / (36 * k)) ** 2 < 1) [label, colour] = [1, BUST.head];
      labels[i] = label;
      picture[i] = colour;
    }
  }
  return { size, picture, labels };
}

/** Blocks of random labels and colours: cases that no bust has. */
export function makeNoise(size: number, seed: number): Bust {
  let state = seed >>> 0;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const labels = new Float32Array(size * size),
    picture = new Float32Array(size * size);
  const blocks = new Map<number, number>();
  for (let i = 0; i < size * size; i++) {
    const block = Math.floor(i / size / 7) * 1000 + Math.floor((i % size) / 5);
    if (!blocks.has(block)) blocks.set(block, Math.floor(next() * 4));
    labels[i] = next() < 0.03 ? Math.floor(next() * 4) : blocks.get(block)!;
    picture[i] = Math.floor(next() * 0x1000000);
  }
  return { size, picture, labels };
}
