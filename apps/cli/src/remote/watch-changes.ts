// When to look again at work that is watched: as it is told of, and now and then in case something was not told.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  followEvents,
  type ApiClient,
  type EventsQuery,
  type StreamMessage,
  type Progress,
} from '@portrait/api-client';

const MAX_INTERVAL_MS = 10_000;

export type Change =
  /** Running stages, as the stream tells them. */
  | { type: 'progress'; progress: Progress }
  /** Something happened, once or more often. */
  | { type: 'event' }
  /** Nothing was told for a while. */
  | { type: 'quiet' }
  /** What is watched was erased. */
  | { type: 'gone' };

export interface WatchIntervals {
  /** Longest time between two looks. */
  maxIntervalMs?: number;
  /** Least time between two: what happens meanwhile is told as one. */
  minIntervalMs?: number;
}

/** Ends after `gone`, and when the signal aborts. */
export async function* watchChanges(
  client: ApiClient,
  query: EventsQuery,
  signal: AbortSignal,
  { maxIntervalMs = MAX_INTERVAL_MS, minIntervalMs = 0 }: WatchIntervals = {},
): AsyncGenerator<Change> {
  // Its own, so that the stream ends when whoever watches has seen enough.
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  const stream = followEvents(client, query, { signal: stop });
  let next = stream.next();
  /** Null when nothing was heard in time. */
  const nextEvent = async (ms: number): Promise<IteratorResult<StreamMessage, void> | null> => {
    const wait = new AbortController();
    const heard = await Promise.race([
      next,
      sleep(Math.max(0, ms), null, { signal: AbortSignal.any([stop, wait.signal]) }).catch(() => null),
    ]);
    wait.abort();
    if (heard !== null && heard.done !== true) next = stream.next();
    return heard;
  };
  try {
    for (let reportedAt = -Infinity; ; reportedAt = performance.now()) {
      let heard = await nextEvent(maxIntervalMs);
      if (signal.aborted) return;
      if (heard === null) yield { type: 'quiet' };
      else if (heard.done !== true && heard.value.id === null)
        yield { type: 'progress', progress: heard.value.progress };
      else {
        while (heard !== null && heard.done !== true) heard = await nextEvent(reportedAt + minIntervalMs - performance.now());
        if (signal.aborted) return;
        yield { type: heard === null ? 'event' : 'gone' };
        if (heard !== null) return;
      }
    }
  } finally {
    over.abort();
  }
}
