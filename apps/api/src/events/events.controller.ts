// Server-sent events of a tenant, or of one person, video or batch. The id of an event is its place in the table: Last-Event-ID goes on after it.
// Progress of running stages is told too, without an id: only the newest matters.
import { Controller, Req, Res } from '@nestjs/common';
import { PortraitError } from '@portrait/contracts';
import type { Response } from 'express';
import { eventView } from '../bookkeeping/record-event.js';
import { RateLimited } from '../errors/error-answer.js';
import type { Asked, Caller } from '../http/asked.js';
import { By, Given, Route, type Ask } from '../http/route.js';
import { EventFeed, isAbout, type About, type EventRow } from './event-feed.js';
import { ProgressService } from './progress.service.js';

/** Streams of one tenant at a time; each holds a connection. */
const MOST_STREAMS = 100;
/** Comments between events, so that proxies do not take the connection for dead. */
const ALIVE_MS = 15_000;

@Controller()
export class EventsController {
  readonly #streams = new Map<string, number>();

  constructor(
    private readonly feed: EventFeed,
    private readonly progress: ProgressService,
  ) {}

  @Route('streamEvents')
  async stream(
    @By() by: Caller,
    @Given() { query }: Ask<'streamEvents'>,
    @Req() asked: Asked,
    @Res() response: Response,
  ): Promise<void> {
    const about: About = { tenant: by.tenant, person: query.personId, video: query.videoId, batch: query.batchId };
    const seen = lastSeen(asked.headers['last-event-id']);
    await this.progress.require(by, query);
    const open = this.#streams.get(by.tenant) ?? 0;
    if (open >= MOST_STREAMS) throw new RateLimited(60);
    this.#streams.set(by.tenant, open + 1);
    const following = new AbortController();
    const stops: (() => void)[] = [
      () => following.abort(),
      () => this.#streams.set(by.tenant, (this.#streams.get(by.tenant) ?? 1) - 1),
    ];
    response.on('close', () => stops.splice(0).forEach((stop) => stop()));

    let last = seen ?? 0;
    let waiting: EventRow[] | null = [];
    const send = (row: EventRow): void => {
      if (row.seq <= last || !isAbout(about, row)) return;
      last = row.seq;
      response.write(`id: ${row.seq}\nevent: ${row.type}\ndata: ${JSON.stringify(eventView(row))}\n\n`);
    };
    // Heard from now on and kept, so that nothing is missed while what came before is read.
    stops.push(
      await this.feed.watch(
        (rows) => (waiting === null ? rows.forEach(send) : waiting.push(...rows)),
        () => response.end(),
      ),
    );
    const alive = setInterval(() => response.write(':\n\n'), ALIVE_MS);
    stops.push(() => clearInterval(alive));
    // It may have been closed while this waited, and then nobody else stops it.
    if (response.closed) stops.splice(0).forEach((stop) => stop());
    if (following.signal.aborted) return;
    // A proxy must not collect events, and a client that lost the connection comes again after this many ms.
    response.status(200).set({
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    response.flushHeaders();
    response.write('retry: 2000\n\n');
    if (seen !== null) await this.#replay(seen, about, send);
    waiting.forEach(send);
    waiting = null;
    void this.progress
      .follow(by, query, following.signal, (progress) =>
        response.write(`event: progress\ndata: ${JSON.stringify(progress)}\n\n`),
      )
      .then(() => response.end());
  }

  async #replay(from: number, about: About, send: (row: EventRow) => void): Promise<void> {
    for (let after = from; ;) {
      const rows = await this.feed.after(after, about);
      rows.forEach(send);
      const newest = rows.at(-1);
      if (newest === undefined) return;
      after = newest.seq;
    }
  }
}

/** Null without the header. @throws PortraitError INVALID_ARGUMENT */
function lastSeen(header: string | string[] | undefined): number | null {
  if (header === undefined || header === '') return null;
  if (typeof header !== 'string' || !/^\d{1,15}$/.test(header))
    throw new PortraitError('INVALID_ARGUMENT', 'Last-Event-ID is not the id of an event.', {
      hint: 'Give the last id that was received, or leave it out.',
    });
  return Number(header);
}
