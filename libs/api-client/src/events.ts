// Follows the event stream and resumes after the last received event when the connection breaks.
import { responseError, connectionError } from './answer.js';
import type { ApiClient } from './client.js';
import type { components, operations } from './generated/api.js';
import { setTimeout as sleep } from './sleep.js';

export type ApiEvent = components['schemas']['Event'];
export type EventsQuery = NonNullable<operations['streamEvents']['parameters']['query']>;

export interface Progress {
  personId: string | null;
  videoId: string | null;
  progress: number | null;
  stages: {
    stage: string;
    status: string;
    attempt: number;
    progress: number | null;
    done: number | null;
    total: number | null;
    unit: string | null;
    message: string | null;
  }[];
}

export type StreamMessage = { id: string; event: ApiEvent } | { id: null; progress: Progress };

const PAUSE_MS = 2_000;

/** Ends when `signal` aborts, or when the subject was erased. @throws PortraitError when the server refuses */
export async function* followEvents(
  client: ApiClient,
  query: EventsQuery,
  { after, signal, pauseMs = PAUSE_MS }: { after?: string; signal?: AbortSignal; pauseMs?: number } = {},
): AsyncGenerator<StreamMessage> {
  let last = after;
  let connected = false;
  const search = new URLSearchParams(query as Record<string, string>).toString();
  for (;;) {
    try {
      const response = await client.fetch(`/v1/events${search === '' ? '' : `?${search}`}`, {
        headers: { Accept: 'text/event-stream', ...(last === undefined ? {} : { 'Last-Event-ID': last }) },
        ...(signal === undefined ? {} : { signal }),
      });
      if (!response.ok) throw responseError(response, await response.json().catch(() => null));
      connected = true;
      for await (const message of readEvents(response.body!)) {
        if (message.id !== null) last = message.id;
        yield message;
      }
    } catch (error) {
      if (signal?.aborted) return;
      const fault = connectionError(error);
      // The subject existed at the first connection, so it was erased since.
      if (fault.code === 'NOT_FOUND' && connected) return;
      if (!fault.class.retryable) throw fault;
    }
    if (signal?.aborted) return;
    await sleep(pauseMs, signal).catch(() => undefined);
    if (signal?.aborted) return;
  }
}

/** Parses server-sent events (HTML standard), as far as the server uses them. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamMessage> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) {
        const fields = new Map(
          block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        );
        const data = fields.get('data');
        if (data === undefined) continue;
        const id = fields.get('id');
        yield id === undefined
          ? { id: null, progress: JSON.parse(data) as Progress }
          : { id, event: JSON.parse(data) as ApiEvent };
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
