// Runs an encoder over sound of any length in overlapping windows and yields features in order. Windows are 8 s long,
// of which 1 s at each side is discarded; the last one starts earlier instead of being shorter. Memory: one window.

/** Samples of one feature frame: 20 ms at 16 kHz. */
export const FRAME_SAMPLES = 320;
/** 8 s and 1 s at 50 Hz: as good as windows of 30 s for driving lips (measured by ridge regression). */
export const WINDOW_FRAMES = 400;
const MARGIN_FRAMES = 50;

export interface WindowEncoder {
  readonly channels: number;
  /** Samples needed before the first and after the last frame of a window. */
  readonly lead: number;
  readonly tail: number;
  /**
   * @param samples [lead + frames·320 + tail]
   * @returns [frames][channels]; frame t is centred on sample lead + (t + ½)·320
   */
  encode(samples: Float32Array, frames: number): Promise<Float32Array>;
}

export interface FeatureBlock {
  /** Number of the first frame of the block. */
  start: number;
  frames: number;
  data: Float32Array; // [frames][channels]
}

/** Number of whole 20 ms slices, rounded up to even: video frame i owns feature frames 2i and 2i + 1. */
export function featureFrames(samples: number): number {
  const whole = Math.floor(samples / FRAME_SAMPLES);
  return whole + (whole % 2);
}

export async function* encodeInWindows(
  chunks: AsyncIterable<Float32Array>,
  encoder: WindowEncoder,
): AsyncGenerator<FeatureBlock> {
  const recent = new RecentSamples();
  let done = 0;
  const block = async (first: number, end: number, lastEmitted: number): Promise<FeatureBlock> => {
    const samples = recent.slice(first * FRAME_SAMPLES - encoder.lead, end * FRAME_SAMPLES + encoder.tail);
    const features = await encoder.encode(samples, end - first);
    const data = features.subarray((done - first) * encoder.channels, (lastEmitted - first) * encoder.channels);
    const result = { start: done, frames: lastEmitted - done, data };
    done = lastEmitted;
    return result;
  };

  for await (const chunk of chunks) {
    recent.append(chunk);
    for (;;) {
      const first = Math.max(0, done - MARGIN_FRAMES);
      const end = first + WINDOW_FRAMES;
      if (recent.total < end * FRAME_SAMPLES + encoder.tail) break;
      yield await block(first, end, end - MARGIN_FRAMES);
      recent.forget((done - WINDOW_FRAMES) * FRAME_SAMPLES - encoder.lead);
    }
  }
  const total = featureFrames(recent.total);
  while (done < total) {
    const first = Math.max(0, Math.min(done - MARGIN_FRAMES, total - WINDOW_FRAMES));
    const end = Math.min(total, first + WINDOW_FRAMES);
    yield await block(first, end, end === total ? total : end - MARGIN_FRAMES);
  }
}

/** The most recent samples of a stream. Before the start and after the end there is silence. */
class RecentSamples {
  private buffer = new Float32Array(1 << 16);
  private base = 0; // number of the first sample kept
  private kept = 0;

  get total(): number {
    return this.base + this.kept;
  }

  append(chunk: Float32Array): void {
    if (this.kept + chunk.length > this.buffer.length) {
      const larger = new Float32Array(2 * (this.kept + chunk.length));
      larger.set(this.buffer.subarray(0, this.kept));
      this.buffer = larger;
    }
    this.buffer.set(chunk, this.kept);
    this.kept += chunk.length;
  }

  slice(from: number, to: number): Float32Array {
    const samples = new Float32Array(to - from);
    const first = Math.max(from, this.base);
    const last = Math.min(to, this.total);
    if (last > first) samples.set(this.buffer.subarray(first - this.base, last - this.base), first - from);
    return samples;
  }

  forget(before: number): void {
    const drop = Math.min(before - this.base, this.kept);
    if (drop <= 0) return;
    this.buffer.copyWithin(0, drop, this.kept);
    this.base += drop;
    this.kept -= drop;
  }
}
