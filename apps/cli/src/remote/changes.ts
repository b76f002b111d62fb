// When to look again at work that is watched: as it is told of, and now and then in case something was not told.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  followEvents,
  type ApiClient,
  type EventsQuery,
  type StreamMessage,
  type Progress,
} from '@portrait/api-client';

const LOOK_MS = 10_000;

export type Change =
  /** Running stages, as the stream tells them. */
  | { type: 'progress'; progress: Progress }
  /** Something happened, once or more often. */
  | { type: 'event' }
  /** Nothing was told for a while. */
  | { type: 'quiet' }
  /** What is watched was erased. */
  | { type: 'gone' };

export interface Pace {
  /** Longest time between two looks. */
  lookMs?: number;
  /** Least time between two: what happens meanwhile is told as one. */
  leastMs?: number;
}

/** Ends after `gone`, and when the signal aborts. */
export async function* changes(
  client: ApiClient,
  query: EventsQuery,
  signal: AbortSignal,
  { lookMs = LOOK_MS, leastMs = 0 }: Pace = {},
): AsyncGenerator<Change> {
  // Its own, so that the stream ends when whoever watches has seen enough.
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  const stream = followEvents(client, query, { signal: stop });
  let next = stream.next();
  /** Null when nothing was heard in time. */
  const hear = async (ms: number): Promise<IteratorResult<StreamMessage, void> | null> => {
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
    for (let toldAt = -Infinity; ; toldAt = performance.now()) {
      let heard = await hear(lookMs);
      if (signal.aborted) return;
      if (heard === null) yield { type: 'quiet' };
      else if (heard.done !== true && heard.value.id === null)
        yield { type: 'progress', progress: heard.value.progress };
      else {
        while (heard !== null && heard.done !== true) heard = await hear(toldAt + leastMs - performance.now());
        if (signal.aborted) return;
        yield { type: heard === null ? 'event' : 'gone' };
        if (heard !== null) return;
      }
    }
  } finally {
    over.abort();
  }
}
