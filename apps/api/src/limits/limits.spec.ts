import { describe, expect, it } from '@jest/globals';
import { useTestApi } from '../testing/test-api.js';
import { TokenBuckets } from './token-bucket.js';

describe('TokenBuckets', () => {
  it('allows a burst of ten seconds of requests, then the refill rate', () => {
    let now = 0;
    const buckets = new TokenBuckets(() => now);
    const take = () => buckets.take('k', 60);
    expect(Array.from({ length: 11 }, () => take().allowed)).toEqual([...Array<boolean>(10).fill(true), false]);
    expect(take()).toEqual({ allowed: false, limit: 10, remaining: 0, resetSeconds: 1 });
    now += 999;
    expect(take().allowed).toBe(false);
    now += 1;
    expect(take()).toMatchObject({ allowed: true, remaining: 0, resetSeconds: 10 });
    now += 3_600_000;
    expect(take()).toMatchObject({ allowed: true, remaining: 9 });
  });

  it('keeps a bucket per key and reports when to retry, also for slow rates', () => {
    const buckets = new TokenBuckets(() => 0);
    expect(buckets.take('a', 1)).toMatchObject({ allowed: true, limit: 1, remaining: 0 });
    expect(buckets.take('a', 1)).toMatchObject({ allowed: false, resetSeconds: 60 });
    expect(buckets.take('b', 1).allowed).toBe(true);
  });
});

describe('the rate limit of a key', () => {
  const api = useTestApi();

  it('reports the remaining quota in every response and refuses with Retry-After', async () => {
    const caller = api.as(await api.key('studio', ['read'], { ratePerMinute: 12 }));
    const first = await caller.get('/v1/people').expect(200);
    expect([
      first.headers['ratelimit-limit'],
      first.headers['ratelimit-remaining'],
      first.headers['ratelimit-reset'],
    ]).toEqual(['2', '1', '5']);
    await caller.get('/v1/people').expect(200);
    const refused = await caller.get('/v1/people').expect(429);
    expect(refused.body).toMatchObject({ error: { code: 'RATE_LIMITED' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(refused.headers['ratelimit-remaining']).toBe('0');
    await api
      .as(await api.key('studio', ['read']))
      .get('/v1/people')
      .expect(200);
  });
});
