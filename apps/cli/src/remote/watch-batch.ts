// Follows a batch until every item has ended: progress with the forecast of its end, what failed as it fails, videos fetched as they are
// ready, the manifest at last. The batch itself needs nobody to watch it.
import { extname, join, resolve } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { answer } from '@portrait/api-client';
import { PortraitError } from '@portrait/contracts';
import { formatDuration } from '@portrait/observability';
import { writeAtomically } from '../portrait/publish-file.js';
import type { Session } from '../session.js';
import type { Batch, BatchItemSummary } from './api-types.js';
import { watchChanges } from './watch-changes.js';
import type { Remote } from './connect.js';
import { download, isThere } from './download.js';
import { errorFromFailure } from './failure.js';
import { fileNamer } from './item-names.js';
import { listAll } from './pagination.js';
import { videoFile } from './watch-video.js';

export interface BatchWatch {
  /** Folder the videos are fetched into. */
  download?: string | undefined;
  /** File the manifest is written to, .csv or .json. */
  manifest?: string | undefined;
}

/** Least time between two looks, and between two walks through the items: as many times what the last walk took. */
const MIN_INTERVAL_MS = 1000;
const WALK_COST_FACTOR = 20;

export function requireManifestName(path: string | undefined): void {
  if (path !== undefined && !['.csv', '.json'].includes(extname(path).toLowerCase()))
    throw new PortraitError('INVALID_ARGUMENT', `--manifest ${path} must end in .csv or .json.`);
}

/** @throws PortraitError with the code of the first item that failed; CANCELLED when the batch was, and when the caller stops watching */
export async function watchBatch(session: Session, remote: Remote, id: string, options: BatchWatch): Promise<void> {
  requireManifestName(options.manifest);
  const { signal, view } = session;
  const stillRuns = `The batch ${id} goes on at ${remote.url}.`;
  session.interruptText = 'Leaving.';
  const items = new ItemTracker(session, remote, id, options.download);
  let batch: Batch;
  try {
    batch = await follow(session, remote, id, items);
    await items.refresh();
    if (options.manifest !== undefined) await writeManifest(remote, id, options.manifest);
  } catch (error) {
    if (!signal.aborted) throw error;
    view.close();
    const again = [
      ...(options.download === undefined ? [] : ['--download', options.download]),
      ...(options.manifest === undefined ? [] : ['--manifest', options.manifest]),
    ];
    throw new PortraitError('CANCELLED', stillRuns, {
      hint: [
        `  watch   ${remote.command('watch', '--batch', id, ...again)}`,
        `  cancel  ${remote.command('cancel', '--batch', id)}`,
        `  retry   ${remote.command('retry', '--batch', id)}   (what has failed)`,
      ].join('\n'),
    });
  }
  printResult(session, remote, batch, items, options);
}

async function follow(session: Session, remote: Remote, id: string, items: ItemTracker): Promise<Batch> {
  const { view, signal, console } = session;
  const see = (): Promise<Batch> => answer(remote.client.GET('/v1/batches/{id}', { params: { path: { id } } }));
  let told: string | undefined;
  const show = async (): Promise<Batch> => {
    const batch = await see();
    const { counts, status, forecastAt, pausedUntil } = batch;
    const ended = counts.done + counts.failed + counts.cancelled;
    console.event({ type: 'batch', id, status, counts, forecastAt, pausedUntil });
    if (told === undefined) view.onEvent({ type: 'start', stage: 'batch', resumed: false });
    if (status === 'paused' && told !== 'paused' && !console.live) console.note(`    batch: ${statusText(batch)}`);
    told = status;
    view.onEvent({
      type: 'progress',
      stage: 'batch',
      progress: { done: ended, total: counts.total, unit: 'videos', message: statusText(batch) },
      leftMs: forecastAt === null ? null : Math.max(0, Date.parse(forecastAt) - Date.now()),
    });
    if (items.isDue(ended)) await items.refresh();
    return batch;
  };
  let batch = await show();
  if (!isOver(batch)) {
    for await (const change of watchChanges(remote.client, { batchId: id }, signal, { minIntervalMs: MIN_INTERVAL_MS })) {
      if (change.type === 'gone') throw new PortraitError('NOT_FOUND', `The batch ${id} is not there any more.`);
      batch = await show();
      if (isOver(batch)) break;
    }
    signal.throwIfAborted();
  }
  if (batch.status === 'cancelled') {
    view.onEvent({
      type: 'failed',
      stage: 'batch',
      error: new PortraitError('CANCELLED', `The batch ${id} was cancelled.`),
    });
    return batch;
  }
  const spent =
    batch.startedAt === null
      ? Number.NaN
      : Date.parse(batch.finishedAt ?? batch.updatedAt) - Date.parse(batch.startedAt);
  view.onEvent({
    type: 'done',
    stage: 'batch',
    report: { wallMs: spent, cpuMs: batch.coreSeconds * 1000, metrics: {} },
  });
  return batch;
}

const isOver = ({ status }: Batch): boolean => status === 'done' || status === 'cancelled';

function statusText({ status, counts, forecastAt, pausedUntil, window }: Batch): string {
  const zone = window?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  return [
    ...(status === 'paused' && pausedUntil !== null ? [`paused until ${formatClock(pausedUntil, zone)}`] : []),
    ...(forecastAt === null ? [] : [`expected to end ${formatClock(forecastAt, zone)}`]),
    ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
  ].join(', ');
}

/** "22:00", with the date when it is not today. */
export function formatClock(instant: string, timeZone: string, now = new Date()): string {
  const at = new Date(instant);
  const day = (date: Date): string => date.toLocaleDateString('sv-SE', { timeZone });
  const time = at.toLocaleTimeString('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
  return day(at) === day(now) ? time : `${day(at)} ${time}`;
}

/** Walks through the items: tells what has ended since, and fetches what is done. */
class ItemTracker {
  readonly failed: BatchItemSummary[] = [];
  fetched = 0;
  readonly #ended = new Map<string, number>();
  readonly #nameOf = fileNamer();
  #endedCount = 0;
  #dueAt = -Infinity;

  constructor(
    private readonly session: Session,
    private readonly remote: Remote,
    private readonly batch: string,
    private readonly folder: string | undefined,
  ) {}

  isDue(ended: number): boolean {
    return ended > this.#endedCount && performance.now() >= this.#dueAt;
  }

  async refresh(): Promise<void> {
    const began = performance.now();
    const failed: BatchItemSummary[] = [];
    let ended = 0;
    for await (const item of listAll((query) =>
      this.remote.client.GET('/v1/batches/{id}/items', { params: { path: { id: this.batch }, query } }),
    )) {
      if (item.status === 'waiting' || item.status === 'running') continue;
      ended++;
      if (item.status === 'failed') failed.push(item);
      if (this.#ended.get(item.id) === item.attempt) continue;
      const path =
        item.status === 'done' && this.folder !== undefined ? await this.#fetch(item.id, this.folder) : undefined;
      this.#report(item, path);
      this.#ended.set(item.id, item.attempt);
    }
    this.failed.splice(0, Infinity, ...failed);
    this.#endedCount = ended;
    this.#dueAt = performance.now() + Math.max(MIN_INTERVAL_MS, WALK_COST_FACTOR * (performance.now() - began));
  }

  #report({ id, status, error, seconds }: BatchItemSummary, path: string | undefined): void {
    const { console, view } = this.session;
    console.event({
      type: 'item',
      id,
      status,
      seconds,
      ...(path === undefined ? {} : { path }),
      ...(error === null ? {} : { error }),
    });
    if (status !== 'failed' || error === null) return;
    view.close();
    console.note(`    ${console.style.red('✗')} ${id}: ${error.message} ${console.style.dim(error.code)}`);
  }

  async #fetch(item: string, folder: string): Promise<string> {
    const find = async () => {
      const { files } = await answer(
        this.remote.client.GET('/v1/batches/{id}/items/{item}', { params: { path: { id: this.batch, item } } }),
      );
      return videoFile(files, item);
    };
    const file = await find();
    const path = join(resolve(folder), this.#nameOf(item, extname(file.name).slice(1)));
    if (!(await isThere(path, file))) {
      await download(this.remote, find, path, this.session.signal);
      this.fetched++;
    }
    return path;
  }
}

async function writeManifest({ client }: Remote, id: string, path: string): Promise<void> {
  const kind = extname(path).toLowerCase() === '.json' ? 'json' : 'csv';
  const response = await client.fetch(`/v1/batches/${encodeURIComponent(id)}/manifest.${kind}`, {});
  if (!response.ok || response.body === null)
    throw new PortraitError(
      'SERVER_UNREACHABLE',
      `The manifest of ${id} cannot be had: the API answered ${response.status}.`,
      { hint: 'The batch has ended; run the same command again.' },
    );
  const body = response.body;
  await writeAtomically(resolve(path), (temporary) => writeFile(temporary, body));
}

function printResult(
  { console }: Session,
  remote: Remote,
  { id, status, counts, seconds, coreSeconds }: Batch,
  { failed, fetched }: ItemTracker,
  { download: folder, manifest }: BatchWatch,
): void {
  console.event({ type: 'result', command: 'batch', id, status, counts, seconds, coreSeconds, fetched, manifest });
  console.print(
    `\nThe batch ${id} is ${status}: ${counts.done} of ${counts.total} videos${seconds > 0 ? `, ${formatDuration(seconds * 1000)} long` : ''}.`,
  );
  if (folder !== undefined) console.print(`  videos    ${folder}`);
  if (manifest !== undefined) console.print(`  manifest  ${manifest}`);
  if (status === 'cancelled')
    throw new PortraitError('CANCELLED', `The batch ${id} was cancelled.`, {
      hint: `  go on  ${remote.command('retry', '--batch', id, '--items', 'unfinished')}`,
    });
  if (failed.length === 0) return;
  const first = errorFromFailure(failed[0]!.error ?? { code: 'INTERNAL', message: '', hint: null, at: null });
  throw new PortraitError(first.code, `${failed.length} of ${counts.total} items failed, as told above.`, {
    hint: `Begin them again when the cause is mended: ${remote.command('retry', '--batch', id)}`,
  });
}
