// When to look again at work that is watched: as it is told of, and now and then in case something was not told.
import { setTimeout as sleep } from 'node:timers/promises';
import { followEvents, type ApiClient, type EventsQuery, type Progress } from '@portrait/api-client';

const LOOK_MS = 10_000;

export type Change =
  /** Running stages, as the stream tells them. */
  | { type: 'progress'; progress: Progress }
  /** Something happened. */
  | { type: 'event' }
  /** Nothing was told for a while. */
  | { type: 'quiet' }
  /** What is watched was erased. */
  | { type: 'gone' };

/** Ends after `gone`, and when the signal aborts. */
export async function* changes(client: ApiClient, query: EventsQuery, signal: AbortSignal, lookMs = LOOK_MS): AsyncGenerator<Change> {
  // Its own, so that the stream ends when whoever watches has seen enough.
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  const stream = followEvents(client, query, { signal: stop });
  try {
    let next = stream.next();
    for (;;) {
      const wait = new AbortController();
      const quiet = sleep(lookMs, null, { signal: AbortSignal.any([stop, wait.signal]) }).catch(() => null);
      const heard = await Promise.race([next, quiet]);
      wait.abort();
      if (signal.aborted) return;
      if (heard === null) {
        yield { type: 'quiet' };
        continue;
      }
      if (heard.done) {
        yield { type: 'gone' };
        return;
      }
      yield heard.value.id === null ? { type: 'progress', progress: heard.value.progress } : { type: 'event' };
      next = stream.next();
    }
  } finally {
    over.abort();
  }
}
