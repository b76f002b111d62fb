// Sends what is due, a bounded number at a time, until it is stopped. Several may run against one database.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@portrait/contracts';
import type { Queries } from '../database/open-database.js';
import type { GuardOptions } from '../fetch-url/index.js';
import type { DeliveryOutcome } from '../metrics/api-metrics.js';
import { claimDue, forgetOld, giveBack, settle, type Claimed } from './claims.js';
import { postDelivery } from './post.js';
import { nextWait } from './schedule.js';

export interface DeliveryLoopOptions {
  readonly db: Queries;
  readonly guard: GuardOptions;
  readonly log: Logger;
  /** Time between two looks when nothing is due, ms. */
  readonly pollMs?: number;
  /** Under way at a time, in all and to one address. */
  readonly concurrency?: number;
  readonly perAddress?: number;
  readonly patienceMs?: number;
  /** Told of every attempt that was not stopped by us. */
  readonly onAttempt?: (outcome: DeliveryOutcome) => void;
}

const FORGET_EVERY_MS = 3_600_000;

export class DeliveryLoop implements AsyncDisposable {
  readonly #stop = new AbortController();
  readonly #underWay = new Map<Claimed, Promise<void>>();
  #wake = new AbortController();
  #forgotten = -Infinity;
  #running: Promise<void> | null = null;

  constructor(private readonly options: DeliveryLoopOptions) {}

  start(): void {
    this.#running ??= this.#run();
  }

  /** Something may be due now. */
  wake(): void {
    this.#wake.abort();
  }

  /** What is under way is stopped and given back. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await Promise.all(this.#underWay.values());
  }

  async #run(): Promise<void> {
    const { pollMs = 2000, concurrency = 16, log } = this.options;
    while (!this.#stop.signal.aborted) {
      this.#wake = new AbortController();
      const free = concurrency - this.#underWay.size;
      const begun =
        free === 0
          ? 0
          : await this.#begin(free).catch((error: unknown) => {
              log.warn('Webhook deliveries cannot be looked up', { error: (error as Error).message });
              return 0;
            });
      if (begun > 0 && this.#underWay.size < concurrency) continue;
      const over = new AbortController();
      const pause = sleep(pollMs, undefined, {
        signal: AbortSignal.any([this.#stop.signal, this.#wake.signal, over.signal]),
      }).catch(() => undefined);
      // As soon as one has ended there is room for the next, also to the same address.
      await Promise.race([pause, ...this.#underWay.values()]);
      over.abort();
    }
  }

  async #begin(free: number): Promise<number> {
    const { db, perAddress = 4 } = this.options;
    if (performance.now() - this.#forgotten > FORGET_EVERY_MS) {
      this.#forgotten = performance.now();
      await forgetOld(db);
    }
    const counts = new Map<string, number>();
    for (const { url } of this.#underWay.keys()) counts.set(url, (counts.get(url) ?? 0) + 1);
    const claimed = await claimDue(db, free, perAddress, counts);
    for (const delivery of claimed)
      this.#underWay.set(
        delivery,
        this.#deliver(delivery).finally(() => this.#underWay.delete(delivery)),
      );
    return claimed.length;
  }

  async #deliver(delivery: Claimed): Promise<void> {
    const { db, guard, log, patienceMs, onAttempt } = this.options;
    try {
      const { attempt, outcome } = await postDelivery(delivery, {
        guard,
        signal: this.#stop.signal,
        ...(patienceMs === undefined ? {} : { patienceMs }),
      });
      onAttempt?.(outcome === 'again' && nextWait(delivery.attempts) === null ? 'given-up' : outcome);
      await settle(db, delivery, attempt, outcome);
      if (outcome !== 'delivered')
        log.warn('A webhook was not delivered', {
          delivery: delivery.id,
          webhook: delivery.webhook,
          attempt: delivery.attempts,
          outcome,
          ...attempt,
        });
    } catch (error) {
      // Its lease ends by itself where this fails too.
      if (this.#stop.signal.aborted) await giveBack(db, delivery).catch(() => undefined);
      else
        log.warn('The outcome of a webhook delivery could not be kept', {
          delivery: delivery.id,
          error: (error as Error).message,
        });
    }
  }
}
