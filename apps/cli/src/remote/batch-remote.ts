// Starts a batch from a file of items: checks, uploads, start, watch. The same file and options within a day return the
// batch that is already started.
import { answer } from '@portrait/api-client';
import { PortraitError } from '@portrait/contracts';
import { windowSchema } from '@portrait/contracts/api';
import { basename } from 'node:path';
import type { Session } from '../session.js';
import type { ViewEvent } from '../terminal/progress-view.js';
import type { Batch } from './api-types.js';
import type { Remote } from './connect.js';
import { People } from './find-person.js';
import { readItemFile, type BatchRequest } from './item-file.js';
import { sendFile } from './send-file.js';
import { startOnce } from './start-once.js';
import { requireManifestName, watchBatch, type BatchWatch } from './watch-batch.js';

interface RemoteBatch extends BatchWatch {
  file: string;
  name?: string | undefined;
  /** HH:MM-HH:MM */
  window?: string | undefined;
  timeZone?: string | undefined;
  concurrency?: number | undefined;
  priority?: number | undefined;
  detach: boolean;
}

type Window = NonNullable<BatchRequest['window']>;

/** @throws PortraitError INVALID_ARGUMENT */
function readWindow(text: string, timeZone: string): Window {
  const [, from, to] = /^\s*(\d{1,2}:\d{2})\s*(?:-|–|to)\s*(\d{1,2}:\d{2})\s*$/.exec(text) ?? [];
  if (from === undefined || to === undefined)
    throw new PortraitError('INVALID_ARGUMENT', `--window ${text} is not FROM-TO.`, {
      hint: 'Give two times, for example --window 22:00-06:00.',
    });
  const parsed = windowSchema.safeParse({ from: from.padStart(5, '0'), to: to.padStart(5, '0'), timeZone });
  if (parsed.success) return parsed.data;
  throw new PortraitError(
    'INVALID_ARGUMENT',
    `--window ${text} --time-zone ${timeZone}: ${parsed.error.issues.map(({ message }) => message).join('; ')}.`,
  );
}

export async function batchRemotely(session: Session, remote: Remote, batch: RemoteBatch): Promise<void> {
  const { client } = remote;
  const { console } = session;
  requireManifestName(batch.manifest);
  if (batch.timeZone !== undefined && batch.window === undefined)
    throw new PortraitError('INVALID_ARGUMENT', '--time-zone needs --window; give both.');
  const window =
    batch.window === undefined
      ? undefined
      : readWindow(batch.window, batch.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const people = new People(client);
  const portraits = new Map<string, string | null>();
  let sent = 0;
  const items = await readItemFile(batch.file, {
    async person(name) {
      const { id, finishedAt } = await people.require(name);
      portraits.set(id, finishedAt);
      return id;
    },
    send: (path, personId) =>
      sendFile(session, remote, { path, kind: 'audio', personId }, (event) => countUpload(event, () => sent++)),
  });
  await items.check();
  const itemRequest = await items.request();
  if (sent > 0) console.note(`  ${sent} recording${sent === 1 ? '' : 's'} uploaded`);
  const { name = batchName(batch.file), concurrency, priority } = batch;
  const body: BatchRequest = {
    name,
    ...itemRequest,
    ...(batch.name === undefined ? {} : { name: batch.name }),
    ...(window === undefined ? {} : { window }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(priority === undefined ? {} : { priority }),
  };
  const started = await startOnce<Batch>({
    request: { body, portraits: [...portraits] },
    start: (key) => answer(client.POST('/v1/batches', { params: { header: { 'Idempotency-Key': key } }, body })),
    get: (id) => answer(client.GET('/v1/batches/{id}', { params: { path: { id } } })),
    isLost: ({ status }) => status === 'cancelled',
  });
  const { id, status, counts } = started;
  console.event({ type: 'accepted', command: 'batch', id, status, items: counts.total });
  console.note(`  batch ${id}, ${counts.total} item${counts.total === 1 ? '' : 's'}`);
  if (!batch.detach) return watchBatch(session, remote, id, batch);
  console.print(
    [
      `The batch ${id} is ${status === 'paused' ? 'waiting for its window' : status} at ${remote.url}.`,
      `  watch   ${remote.command('watch', '--batch', id)}`,
      `  cancel  ${remote.command('cancel', '--batch', id)}`,
    ].join('\n'),
  );
}

const batchName = (file: string): string => basename(file).replace(/\.[^.]*$/, '');

/** Counts uploads instead of showing each of hundreds. */
function countUpload(event: ViewEvent, onSent: () => void): void {
  if (event.type === 'done') onSent();
}
