// A token bucket for each key: so many requests a minute, and a burst of a sixth of that at once. Kept in this process: several copies of the API allow each its own.

export interface Taken {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** Until the bucket is full again, or until the next request is allowed, whole seconds. */
  resetSeconds: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

const KEYS = 100_000;

export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>();

  /** @param now ms; grows */
  constructor(private readonly now: () => number = () => performance.now()) {}

  take(key: string, perMinute: number): Taken {
    const limit = Math.max(1, Math.ceil(perMinute / 6));
    const perMs = perMinute / 60_000;
    const now = this.now();
    const before = this.#buckets.get(key) ?? { tokens: limit, at: now };
    const tokens = Math.min(limit, before.tokens + (now - before.at) * perMs);
    const allowed = tokens >= 1;
    const left = allowed ? tokens - 1 : tokens;
    // Taken out and put back, so that the oldest is the first to go.
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: left, at: now });
    if (this.#buckets.size > KEYS) this.#buckets.delete(this.#buckets.keys().next().value!);
    return {
      allowed,
      limit,
      remaining: Math.floor(left),
      resetSeconds: Math.ceil((allowed ? limit - left : 1 - left) / perMs / 1000),
    };
  }
}
