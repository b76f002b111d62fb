// Rate and time left of work that reports how far it is. Recent progress counts more than old, so a slow start is forgotten.

export interface Pace {
  /** Units a second; undefined before two reports. */
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

  /** @param windowMs how far back progress counts */
  constructor(private readonly windowMs = 30_000) {}

  /** @param now milliseconds of any clock that only grows */
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
