// Computes rate and time left from progress reports of the last 30 s, so that a slow start has no lasting effect.

export interface Pace {
  /** Units per second; undefined before two reports. */
  rate: number | undefined;
  /** Milliseconds left at that rate. */
  etaMs: number | undefined;
}

interface Sample {
  at: number;
  done: number;
}

export class ProgressMeter {
  private readonly samples: Sample[] = [];

  /** @param windowMs age of the oldest sample used */
  constructor(private readonly windowMs = 30_000) {}

  /** @param now milliseconds of a monotonic clock */
  update(done: number, total: number, now: number): Pace {
    const last = this.samples.at(-1);
    if (last !== undefined && done < last.done) this.samples.length = 0;
    this.samples.push({ at: now, done });
    while (this.samples.length > 2 && now - this.samples[1]!.at >= this.windowMs) this.samples.shift();
    const first = this.samples[0]!;
    const seconds = (now - first.at) / 1000;
    if (seconds <= 0 || done <= first.done) return { rate: undefined, etaMs: undefined };
    const rate = (done - first.done) / seconds;
    return { rate, etaMs: (Math.max(0, total - done) / rate) * 1000 };
  }
}
