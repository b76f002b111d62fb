// Watches a batch until every item has ended: shows progress with a forecast and failures as they happen, downloads
// finished videos, and writes the manifest. The batch continues when nobody watches it.
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
import { download, isDownloaded } from './download.js';
import { errorFromFailure } from './failure.js';
import { fileNamer } from './item-names.js';
import { listAll } from './pagination.js';
import { videoFile } from './watch-video.js';

export interface BatchWatch {
  /** Folder for downloaded videos. */
  download?: string | undefined;
  /** Path of the manifest, .csv or .json. */
  manifest?: string | undefined;
}

/** Minimum time between two updates; listing the items takes at most 1/WALK_COST_FACTOR of the time. */
const MIN_INTERVAL_MS = 1000;
const WALK_COST_FACTOR = 20;

export function requireManifestName(path: string | undefined): void {
  if (path !== undefined && !['.csv', '.json'].includes(extname(path).toLowerCase()))
    throw new PortraitError('INVALID_ARGUMENT', `--manifest ${path} must end in .csv or .json.`);
}

/**
 * @throws PortraitError with the code of the first failed item; CANCELLED when the batch was cancelled or the caller
 * stops watching
 */
export async function watchBatch(session: Session, remote: Remote, id: string, options: BatchWatch): Promise<void> {
  requireManifestName(options.manifest);
  const { signal, view } = session;
  const stillRuns = `The batch ${id} continues at ${remote.url}.`;
  session.interruptText = 'Stopped watching.';
  const items = new ItemTracker(session, remote, id, options.download);
  let batch: Batch;
  try {
    batch = await watchUntilEnd(session, remote, id, items);
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
        `  retry   ${remote.command('retry', '--batch', id)}   (failed items)`,
      ].join('\n'),
    });
  }
  printResult(session, remote, batch, items, options);
}

async function watchUntilEnd(session: Session, remote: Remote, id: string, items: ItemTracker): Promise<Batch> {
  const { view, signal, console } = session;
  const getBatch = (): Promise<Batch> => answer(remote.client.GET('/v1/batches/{id}', { params: { path: { id } } }));
  let shownStatus: string | undefined;
  const show = async (): Promise<Batch> => {
    const batch = await getBatch();
    const { counts, status, forecastAt, pausedUntil } = batch;
    const ended = counts.done + counts.failed + counts.cancelled;
    console.event({ type: 'batch', id, status, counts, forecastAt, pausedUntil });
    if (shownStatus === undefined) view.onEvent({ type: 'start', stage: 'batch', resumed: false });
    if (status === 'paused' && shownStatus !== 'paused' && !console.live)
      console.note(`    batch: ${statusText(batch)}`);
    shownStatus = status;
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
    for await (const change of watchChanges(remote.client, { batchId: id }, signal, {
      minIntervalMs: MIN_INTERVAL_MS,
    })) {
      if (change.type === 'gone') throw new PortraitError('NOT_FOUND', `The batch ${id} no longer exists.`);
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

/** "22:00", with the date if it is not today. */
function formatClock(instant: string, timeZone: string, now = new Date()): string {
  const at = new Date(instant);
  const day = (date: Date): string => date.toLocaleDateString('sv-SE', { timeZone });
  const time = at.toLocaleTimeString('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
  return day(at) === day(now) ? time : `${day(at)} ${time}`;
}

/** Tracks the items of a batch: reports each ended item once and downloads its video. */
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
    if (!(await isDownloaded(path, file))) {
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
      `The manifest of ${id} cannot be downloaded: the API answered ${response.status}.`,
      { hint: 'Run the same command again. The batch has ended.' },
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
  const length = seconds > 0 ? `, ${formatDuration(seconds * 1000)} of video` : '';
  console.print(`\nThe batch ${id} is ${status}: ${counts.done} of ${counts.total} videos${length}.`);
  if (folder !== undefined) console.print(`  videos    ${folder}`);
  if (manifest !== undefined) console.print(`  manifest  ${manifest}`);
  if (status === 'cancelled')
    throw new PortraitError('CANCELLED', `The batch ${id} was cancelled.`, {
      hint: `  resume  ${remote.command('retry', '--batch', id, '--items', 'unfinished')}`,
    });
  if (failed.length === 0) return;
  const first = errorFromFailure(failed[0]!.error ?? { code: 'INTERNAL', message: '', hint: null, at: null });
  throw new PortraitError(first.code, `${failed.length} of ${counts.total} items failed; see above.`, {
    hint: `Fix the cause, then retry them: ${remote.command('retry', '--batch', id)}`,
  });
}
