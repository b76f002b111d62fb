// Sends due deliveries with bounded concurrency until it is stopped. Several loops may share a database.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@portrait/contracts';
import type { Queries } from '../database/open-database.js';
import type { GuardOptions } from '../fetch-url/index.js';
import type { DeliveryOutcome } from '../metrics/api-metrics.js';
import { claimDue, deleteOldDeliveries, releaseClaim, recordOutcome, type Claimed } from './delivery-claims.js';
import { postDelivery } from './post-delivery.js';
import { nextRetrySeconds } from './retry-schedule.js';

export interface DeliveryLoopOptions {
  readonly db: Queries;
  readonly guard: GuardOptions;
  readonly log: Logger;
  /** Poll interval when nothing is due. */
  readonly pollMs?: number;
  /** Deliveries in flight in total; `perAddress` bounds one address. */
  readonly concurrency?: number;
  readonly perAddress?: number;
  readonly timeoutMs?: number;
  /** Called after every attempt that was not aborted by a shutdown. */
  readonly onAttempt?: (outcome: DeliveryOutcome) => void;
}

const CLEAN_UP_INTERVAL_MS = 3_600_000;

export class DeliveryLoop implements AsyncDisposable {
  readonly #stop = new AbortController();
  readonly #inFlight = new Map<Claimed, Promise<void>>();
  #wake = new AbortController();
  #cleanedUpAt = -Infinity;
  #running: Promise<void> | null = null;

  constructor(private readonly options: DeliveryLoopOptions) {}

  start(): void {
    this.#running ??= this.#run();
  }

  /** Polls at once. */
  wake(): void {
    this.#wake.abort();
  }

  /** Aborts and releases deliveries in flight. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await Promise.all(this.#inFlight.values());
  }

  async #run(): Promise<void> {
    const { pollMs = 2000, concurrency = 16, log } = this.options;
    while (!this.#stop.signal.aborted) {
      this.#wake = new AbortController();
      const free = concurrency - this.#inFlight.size;
      const begun =
        free === 0
          ? 0
          : await this.#begin(free).catch((error: unknown) => {
              log.warn('Cannot claim webhook deliveries', { error: (error as Error).message });
              return 0;
            });
      if (begun > 0 && this.#inFlight.size < concurrency) continue;
      const over = new AbortController();
      const pause = sleep(pollMs, undefined, {
        signal: AbortSignal.any([this.#stop.signal, this.#wake.signal, over.signal]),
      }).catch(() => undefined);
      // A finished delivery frees a slot, also for the same address.
      await Promise.race([pause, ...this.#inFlight.values()]);
      over.abort();
    }
  }

  async #begin(free: number): Promise<number> {
    const { db, perAddress = 4 } = this.options;
    if (performance.now() - this.#cleanedUpAt > CLEAN_UP_INTERVAL_MS) {
      this.#cleanedUpAt = performance.now();
      await deleteOldDeliveries(db);
    }
    const counts = new Map<string, number>();
    for (const { url } of this.#inFlight.keys()) counts.set(url, (counts.get(url) ?? 0) + 1);
    const claimed = await claimDue(db, free, perAddress, counts);
    for (const delivery of claimed)
      this.#inFlight.set(
        delivery,
        this.#deliver(delivery).finally(() => this.#inFlight.delete(delivery)),
      );
    return claimed.length;
  }

  async #deliver(delivery: Claimed): Promise<void> {
    const { db, guard, log, timeoutMs, onAttempt } = this.options;
    try {
      const { attempt, outcome } = await postDelivery(delivery, {
        guard,
        signal: this.#stop.signal,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      });
      onAttempt?.(outcome === 'again' && nextRetrySeconds(delivery.attempts) === null ? 'given-up' : outcome);
      await recordOutcome(db, delivery, attempt, outcome);
      if (outcome !== 'delivered')
        log.warn('Webhook delivery failed', {
          delivery: delivery.id,
          webhook: delivery.webhook,
          attempt: delivery.attempts,
          outcome,
          ...attempt,
        });
    } catch (error) {
      // If the release fails too, the lease expires on its own.
      if (this.#stop.signal.aborted) await releaseClaim(db, delivery).catch(() => undefined);
      else
        log.warn('Cannot record the outcome of a webhook delivery', {
          delivery: delivery.id,
          error: (error as Error).message,
        });
    }
  }
}
