// Streams events of a tenant, person, video or batch (server-sent events). The id of an event is its `seq`:
// Last-Event-ID resumes after it. Progress messages have no id: only the newest matters.
import { Controller, Req, Res } from '@nestjs/common';
import { PortraitError } from '@portrait/contracts';
import type { Response } from 'express';
import { eventView } from '../bookkeeping/record-event.js';
import { RateLimited } from '../errors/error-response.js';
import type { ApiRequest, Caller } from '../http/api-request.js';
import { CurrentCaller, Input, Route, type RequestOf } from '../http/route.js';
import { EventFeed, matchesFilter, type EventFilter, type EventRow } from './event-feed.js';
import { ProgressService } from './progress.service.js';

/** Limit per tenant; each stream holds a connection. */
const MAX_STREAMS = 100;
/** Comments keep proxies from closing an idle connection. */
const KEEP_ALIVE_MS = 15_000;

@Controller()
export class EventsController {
  readonly #streams = new Map<string, number>();

  constructor(
    private readonly feed: EventFeed,
    private readonly progress: ProgressService,
  ) {}

  @Route('streamEvents')
  async stream(
    @CurrentCaller() caller: Caller,
    @Input() { query }: RequestOf<'streamEvents'>,
    @Req() request: ApiRequest,
    @Res() response: Response,
  ): Promise<void> {
    const filter: EventFilter = {
      tenant: caller.tenant,
      person: query.personId,
      video: query.videoId,
      batch: query.batchId,
    };
    const lastEventId = readLastEventId(request.headers['last-event-id']);
    await this.progress.require(caller, query);
    const open = this.#streams.get(caller.tenant) ?? 0;
    if (open >= MAX_STREAMS) throw new RateLimited(60);
    this.#streams.set(caller.tenant, open + 1);
    const following = new AbortController();
    const stops: (() => void)[] = [
      () => following.abort(),
      () => this.#streams.set(caller.tenant, (this.#streams.get(caller.tenant) ?? 1) - 1),
    ];
    response.on('close', () => stops.splice(0).forEach((stop) => stop()));

    let last = lastEventId ?? 0;
    let buffered: EventRow[] | null = [];
    const send = (row: EventRow): void => {
      if (row.seq <= last || !matchesFilter(filter, row)) return;
      last = row.seq;
      response.write(`id: ${row.seq}\nevent: ${row.type}\ndata: ${JSON.stringify(eventView(row))}\n\n`);
    };
    // Subscribe before the replay and buffer new events, so that none is missed between the two.
    stops.push(
      await this.feed.subscribe(
        (rows) => (buffered === null ? rows.forEach(send) : buffered.push(...rows)),
        () => response.end(),
      ),
    );
    const keepAlive = setInterval(() => response.write(':\n\n'), KEEP_ALIVE_MS);
    stops.push(() => clearInterval(keepAlive));
    // The client may have disconnected while the subscription was opened.
    if (response.closed) stops.splice(0).forEach((stop) => stop());
    if (following.signal.aborted) return;
    // X-Accel-Buffering keeps proxies from collecting events; `retry` is the reconnect delay in ms.
    response.status(200).set({
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    response.flushHeaders();
    response.write('retry: 2000\n\n');
    if (lastEventId !== null) await this.#replay(lastEventId, filter, send);
    buffered.forEach(send);
    buffered = null;
    void this.progress
      .follow(caller, query, following.signal, (progress) =>
        response.write(`event: progress\ndata: ${JSON.stringify(progress)}\n\n`),
      )
      .then(() => response.end());
  }

  async #replay(from: number, filter: EventFilter, send: (row: EventRow) => void): Promise<void> {
    for (let after = from; ;) {
      const rows = await this.feed.after(after, filter);
      rows.forEach(send);
      const newest = rows.at(-1);
      if (newest === undefined) return;
      after = newest.seq;
    }
  }
}

/** Null without the header. @throws PortraitError INVALID_ARGUMENT */
function readLastEventId(header: string | string[] | undefined): number | null {
  if (header === undefined || header === '') return null;
  if (typeof header !== 'string' || !/^\d{1,15}$/.test(header))
    throw new PortraitError('INVALID_ARGUMENT', 'Last-Event-ID is not a valid event id.', {
      hint: 'Send the last id you received, or omit the header.',
    });
  return Number(header);
}
