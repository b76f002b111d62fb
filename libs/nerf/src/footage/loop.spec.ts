import { describe, expect, it } from '@jest/globals';
import { chooseLoop, loopCandidates, LOOP_FADE, loopFrame, type Loop } from './loop.js';

const SIDE = 16;
/** A picture of a bar whose place says where head and shoulders are. */
function bar(place: number): Uint8Array {
  return Uint8Array.from({ length: SIDE * SIDE }, (_, k) => 255 * Math.exp(-(((k % SIDE) - place) ** 2) / 4));
}
const EVEN = new Float32Array(SIDE * SIDE).fill(1);

describe('chooseLoop', () => {
  const length = 200;
  const candidates = loopCandidates(length)!;
  /** Sways with a period of 60 frames and drifts. */
  const place = (frame: number): number => 8 + 3 * Math.sin((2 * Math.PI * frame) / 60) + frame / 500;
  const pictures = new Map([...candidates.heads, ...candidates.tails].map((frame) => [frame, bar(place(frame))]));

  it('jumps between frames that are alike in place and in motion', () => {
    const { start, end, fade } = chooseLoop(length, pictures, EVEN);
    expect(fade).toBe(LOOP_FADE);
    expect(Math.abs(place(start) - place(end))).toBeLessThan(0.2);
    expect((end - start) % 60).toBeLessThanOrEqual(4);
  });

  it('does not look where the face is replaced', () => {
    const spoilt = new Map(
      [...pictures].map(([frame, picture]) => [frame, picture.map((v, k) => (k < SIDE ? frame % 256 : v))]),
    );
    const blind = EVEN.map((_, k) => (k < SIDE ? 0 : 1));
    expect(chooseLoop(length, spoilt, blind)).toEqual(chooseLoop(length, pictures, blind));
  });

  it('has nothing to choose in a segment of two seconds', () => {
    expect(loopCandidates(55)).toBeNull();
  });
});

describe('loopFrame', () => {
  const loop: Loop = { start: 20, end: 100, fade: 10 };

  it('plays forwards to the end and goes on at the start', () => {
    expect(loopFrame(loop, 0)).toEqual({ frame: 0, weight: 0 });
    expect(loopFrame(loop, 99).frame).toBe(99);
    expect(loopFrame(loop, 100)).toEqual({ frame: 20, weight: 0 });
    expect(loopFrame(loop, 180)).toEqual({ frame: 20, weight: 0 });
  });

  it('fades into the frames that lead to the start', () => {
    expect(loopFrame(loop, 89).weight).toBe(0);
    expect(loopFrame(loop, 90)).toEqual({ frame: 90, other: 10, weight: 1 / 11 });
    expect(loopFrame(loop, 99)).toEqual({ frame: 99, other: 19, weight: 10 / 11 });
    expect(loopFrame(loop, 99 + 80)).toEqual(loopFrame(loop, 99));
  });
});
