// Views of a batch and its items for responses: counts, measured speed, forecast.
import { forecastEnd, isOpen, measureSecondsPerItem, nextOpening } from '@portrait/contracts/work';
import type { BatchView } from '@portrait/contracts/api';
import { failureView } from '../errors/error-response.js';
import type { ResponseOf } from '../http/route.js';
import { NO_ITEMS, requestOf, type BatchRow, type Counts, type ItemRow } from './batch-rows.js';

type ItemSummary = ResponseOf<'listBatchItems'>['data'][number];

const time = (date: Date | null): string | null => date?.toISOString() ?? null;

/** @param underWay items the workflow reports as running; omitted when the workflow cannot be queried */
export function batchView(
  row: BatchRow,
  {
    total,
    waiting: unclaimed,
    running: claimed,
    done,
    failed,
    cancelled,
    seconds,
    coreSeconds,
    ended,
  }: Counts = NO_ITEMS,
  underWay?: number,
  now = Date.now(),
): BatchView {
  const { id, name, window, priority, concurrency, metadata, createdAt, updatedAt, startedAt, finishedAt } = row;
  // The workflow claims items ahead of running them.
  const running = row.status === 'running' ? Math.min(claimed, underWay ?? concurrency) : claimed;
  const waiting = unclaimed + claimed - running;
  const paused = row.status === 'running' && !isOpen(window, now);
  const secondsPerItem =
    startedAt === null
      ? null
      : measureSecondsPerItem({
          start: startedAt.getTime(),
          now: finishedAt?.getTime() ?? now,
          finished: ended,
          running,
          concurrency: Math.min(concurrency, total),
          window,
        });
  const end =
    row.status !== 'running' || secondsPerItem === null
      ? null
      : forecastEnd({
          now,
          waiting,
          running: Array<number>(running).fill(secondsPerItem / 2),
          secondsPerItem,
          concurrency,
          window,
        });
  return {
    id,
    name,
    status: paused ? 'paused' : row.status,
    counts: { total, waiting, running, done, failed, cancelled },
    progress: total === 0 ? 1 : (done + failed + cancelled) / total,
    window,
    pausedUntil: paused ? new Date(nextOpening(window, now)).toISOString() : null,
    priority,
    concurrency,
    secondsPerItem,
    forecastAt: end === null ? null : new Date(end).toISOString(),
    seconds,
    coreSeconds,
    metadata,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    startedAt: time(startedAt),
    finishedAt: time(finishedAt),
  };
}

export function itemView(row: ItemRow): ItemSummary {
  const { item, person, videoId, status, attempt, seconds, coreSeconds, error, startedAt, finishedAt } = row;
  return {
    id: item,
    personId: person,
    videoId,
    status,
    attempt,
    seconds,
    coreSeconds,
    error: failureView(error),
    metadata: requestOf(row).asked.metadata,
    startedAt: time(startedAt),
    finishedAt: time(finishedAt),
  };
}
