// Signals when watched work may have changed: on events of the API, and after a maximum interval in case one was lost.
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
  /** Progress of running stages, from the event stream. */
  | { type: 'progress'; progress: Progress }
  /** One or more events occurred. */
  | { type: 'event' }
  /** No event within the maximum interval. */
  | { type: 'quiet' }
  /** The watched work was erased. */
  | { type: 'gone' };

export interface WatchIntervals {
  /** Maximum time between two changes. */
  maxIntervalMs?: number;
  /** Minimum time between two changes: events in between are merged. */
  minIntervalMs?: number;
}

/** Ends after `gone`, and when the signal aborts. */
export async function* watchChanges(
  client: ApiClient,
  query: EventsQuery,
  signal: AbortSignal,
  { maxIntervalMs = MAX_INTERVAL_MS, minIntervalMs = 0 }: WatchIntervals = {},
): AsyncGenerator<Change> {
  // Aborted when the caller stops iterating, to end the stream.
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  const stream = followEvents(client, query, { signal: stop });
  let next = stream.next();
  /** Null on timeout. */
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
        while (heard !== null && heard.done !== true)
          heard = await nextEvent(reportedAt + minIntervalMs - performance.now());
        if (signal.aborted) return;
        yield { type: heard === null ? 'event' : 'gone' };
        if (heard !== null) return;
      }
    }
  } finally {
    over.abort();
  }
}
