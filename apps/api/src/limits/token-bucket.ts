// A token bucket per key, with a burst of ten seconds' worth of requests. Held in this process: several API processes
// each allow the full rate.

export interface Taken {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** When allowed: until the bucket is full. When refused: until the next request is allowed. */
  resetSeconds: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

const MAX_KEYS = 100_000;

export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>();

  /** @param now monotonic clock, ms */
  constructor(private readonly now: () => number = () => performance.now()) {}

  take(key: string, perMinute: number): Taken {
    const limit = Math.max(1, Math.ceil(perMinute / 6));
    const perMs = perMinute / 60_000;
    const now = this.now();
    const before = this.#buckets.get(key) ?? { tokens: limit, at: now };
    const tokens = Math.min(limit, before.tokens + (now - before.at) * perMs);
    const allowed = tokens >= 1;
    const left = allowed ? tokens - 1 : tokens;
    // Reinserted, so that the least recently used entry is evicted first.
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: left, at: now });
    if (this.#buckets.size > MAX_KEYS) this.#buckets.delete(this.#buckets.keys().next().value!);
    return {
      allowed,
      limit,
      remaining: Math.floor(left),
      resetSeconds: Math.ceil((allowed ? limit - left : 1 - left) / perMs / 1000),
    };
  }
}
