// Logits of all frames, in order, without running the network on each. Where the labels at both ends of a stride agree,
// the logits in between are interpolated; where they differ, the middle frame is parsed. Never across a cut.
import type { Segmenter } from '@portrait/face';
import { classesOnGrid, differencePercent, mixLogits } from './classes.js';

export interface ParsedFrame {
  frame: number;
  rgb: Uint8Array;
  logits: Float32Array;
}

interface ParseOptions {
  size: number;
  stride: number;
  /** Percent of pixels. */
  strideTolerance: number;
  cuts: readonly number[];
  /** Number of strides in progress at once. */
  ahead: number;
  /** Called for each frame the network parsed. */
  onParsed?: () => void;
}

interface ParsedKey {
  logits: Float32Array;
  classes: Uint8Array;
}

export async function* parseFrames(
  frames: AsyncIterable<Uint8Array>,
  segmenter: Segmenter,
  options: ParseOptions,
): AsyncGenerator<ParsedFrame> {
  const { size, stride, cuts, ahead, onParsed } = options;
  const cutSet = new Set(cuts);
  const parse = async (rgb: Uint8Array): Promise<ParsedKey> => {
    const logits = await segmenter.logits(rgb, size);
    onParsed?.();
    return { logits, classes: classesOnGrid(logits) };
  };
  const blocks: Promise<ParsedFrame[]>[] = [];
  const start = (block: Promise<ParsedFrame[]>): void => {
    block.catch(() => undefined); // thrown when the block is awaited
    blocks.push(block);
  };

  // A block holds the frames from one key frame up to the next, exclusive.
  let pending: Uint8Array[] = [];
  let firstKey: Promise<ParsedKey> | null = null;
  let frame = 0;
  let first = 0;
  const closeSegment = (): void => {
    if (pending.length === 0 || !firstKey) return;
    const [block, from, key] = [pending, first, firstKey];
    const last = block.length === 1 ? key : parse(block.at(-1)!);
    start(finish(block, from, key, last, block.length - 1, parse, options));
    pending = [];
  };
  for await (const rgb of frames) {
    if (cutSet.has(frame)) closeSegment();
    if (pending.length === 0) {
      first = frame;
      firstKey = parse(rgb);
      firstKey.catch(() => undefined);
    } else if (pending.length === stride) {
      const next = parse(rgb);
      next.catch(() => undefined);
      start(
        finish([...pending, rgb], first, firstKey!, next, stride, parse, options).then((parsed) =>
          parsed.slice(0, stride),
        ),
      );
      [pending, first, firstKey] = [[], frame, next];
    }
    pending.push(rgb);
    frame++;
    while (blocks.length > ahead) yield* await blocks.shift()!;
  }
  closeSegment();
  for (const block of blocks) yield* await block;
}

/** Logits of frames 0…last of a block, given the logits of its ends. */
async function finish(
  block: Uint8Array[],
  first: number,
  a: Promise<ParsedKey>,
  b: Promise<ParsedKey>,
  last: number,
  parse: (rgb: Uint8Array) => Promise<ParsedKey>,
  { strideTolerance }: ParseOptions,
): Promise<ParsedFrame[]> {
  const logits: Float32Array[] = [];
  const fill = async (from: number, start: ParsedKey, to: number, end: ParsedKey): Promise<void> => {
    logits[from] = start.logits;
    logits[to] = end.logits;
    if (to - from < 2) return;
    if (differencePercent(start.classes, end.classes) <= strideTolerance) {
      for (let i = from + 1; i < to; i++) logits[i] = mixLogits(start.logits, end.logits, (i - from) / (to - from));
      return;
    }
    const middle = (from + to) >> 1;
    const key = await parse(block[middle]!);
    await Promise.all([fill(from, start, middle, key), fill(middle, key, to, end)]);
  };
  const [start, end] = await Promise.all([a, b]);
  await fill(0, start, last, end);
  return block.slice(0, last + 1).map((rgb, i) => ({ frame: first + i, rgb, logits: logits[i]! }));
}
