// renderBatch: renders many videos, a limited number at a time, within a daily window. Each video is a child workflow;
// its failure does not affect the others. History stays bounded: the batch continues as new when the server says so.
// It handles only ids of videos, so that an erasure does not have to change its history.
import {
  ChildWorkflowFailure,
  ParentClosePolicy,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  isCancellation,
  setHandler,
  sleep,
  startChild,
  uuid4,
  workflowInfo,
  CancellationScope,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { defineSearchAttributeKey, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  MORE_ITEMS_SIGNAL,
  STATE_QUERY,
  isOpen,
  nextOpening,
  videoWorkflowId,
  type BatchState,
  type QueuedVideo,
  type RenderBatchInput,
} from '@portrait/contracts/work';
import { failureOf } from './failures.js';
import { bookkeeping, EventPublisher } from './event-publisher.js';
import type { renderVideo } from './render-video.js';

/** Items fetched per activity call. */
const PAGE_SIZE = 50;
const STOP_POLL_MS = 2_000;
/** Longer than the heartbeat timeout of any stage: by then every worker has received the cancellation. */
const MAX_STOP_WAIT_MS = 300_000;

const batchStateQuery = defineQuery<BatchState>(STATE_QUERY);
const moreItemsSignal = defineSignal(MORE_ITEMS_SIGNAL);
const TENANT = defineSearchAttributeKey('Tenant', 'KEYWORD');
const KIND = defineSearchAttributeKey('Kind', 'KEYWORD');

export async function renderBatch(input: RenderBatchInput): Promise<void> {
  const run = new BatchRun(input);
  setHandler(batchStateQuery, () => run.state());
  setHandler(moreItemsSignal, () => run.onMoreItems());
  try {
    await run.runToEnd();
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => run.finish('cancelled'));
    throw error;
  }
}

class BatchRun {
  readonly #underWay = new Set<string>();
  readonly #waiting: QueuedVideo[];
  #status: BatchState['status'] = 'running';
  #until: string | undefined;
  #exhausted = false;
  readonly #publisher: EventPublisher;

  constructor(private readonly input: RenderBatchInput) {
    this.#waiting = [...(input.carried ?? [])];
    this.#publisher = new EventPublisher({ tenant: input.tenant, batch: input.batch });
  }

  state(): BatchState {
    return {
      status: this.#status,
      underWay: [...this.#underWay],
      ...(this.#until === undefined ? {} : { until: this.#until }),
    };
  }

  onMoreItems(): void {
    this.#exhausted = false;
  }

  async runToEnd(): Promise<void> {
    const { concurrency } = this.input;
    for (;;) {
      await this.#openWindow();
      // Continuing as new would lose the children under way: wait for them first.
      if (workflowInfo().continueAsNewSuggested) {
        await condition(() => this.#underWay.size === 0);
        await continueAsNew<typeof renderBatch>({ ...this.input, carried: this.#waiting });
      }
      await this.#fetch();
      const next = this.#waiting.shift();
      if (next) {
        await this.#start(next);
        await condition(() => this.#underWay.size < concurrency);
      } else if (this.#underWay.size > 0) {
        const before = this.#underWay.size;
        await condition(() => this.#underWay.size < before || !this.#exhausted);
      } else {
        await this.finish('done');
        // Items queued again during finish() start now; no later signal announces them.
        if (this.#exhausted) return;
      }
    }
  }

  async finish(status: 'done' | 'cancelled'): Promise<void> {
    const { tenant, batch } = this.input;
    await bookkeeping.finishBatch({ tenant, batch, status });
    this.#publisher.publish('batch.completed');
    await this.#publisher.flush();
    this.#status = status;
  }

  async #fetch(): Promise<void> {
    if (this.#waiting.length > 0 || this.#exhausted) return;
    const { tenant, batch } = this.input;
    this.#exhausted = true;
    const items = await bookkeeping.nextItems({ tenant, batch, claim: uuid4(), limit: PAGE_SIZE });
    if (items.length > 0) this.#exhausted = false;
    this.#waiting.push(...items);
  }

  async #start(item: QueuedVideo): Promise<void> {
    this.#underWay.add(item.video);
    try {
      const child = await this.#startChild(item);
      void this.#follow(child.result(), item);
    } catch (error) {
      await this.#failed(item, error);
    }
  }

  /** Videos of a lost batch may still be stopping under the same workflow id: waits, then starts them again. */
  async #startChild(item: QueuedVideo): Promise<ChildWorkflowHandle<typeof renderVideo>> {
    for (let waited = 0; ; waited += STOP_POLL_MS) {
      try {
        return await startChild<typeof renderVideo>('renderVideo', {
          workflowId: videoWorkflowId(item.video),
          args: [item],
          parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
          priority: { priorityKey: this.input.priority },
          typedSearchAttributes: [
            { key: TENANT, value: item.tenant },
            { key: KIND, value: 'video' },
          ],
        });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError) || waited >= MAX_STOP_WAIT_MS) throw error;
        await sleep(STOP_POLL_MS);
      }
    }
  }

  async #follow(result: Promise<unknown>, item: QueuedVideo): Promise<void> {
    try {
      await result;
      this.#underWay.delete(item.video);
    } catch (error) {
      await this.#failed(item, error);
    }
  }

  async #failed({ tenant, video }: QueuedVideo, error: unknown): Promise<void> {
    // Cancelled together with the batch before it started: finish('cancelled') records it.
    if (isCancellation(error) && !(error instanceof ChildWorkflowFailure)) return;
    await CancellationScope.nonCancellable(() =>
      bookkeeping.itemFailed({ tenant, batch: this.input.batch, video, error: failureOf(error) }),
    );
    this.#underWay.delete(video);
  }

  /** Waits until the window is open. Videos under way continue meanwhile. */
  async #openWindow(): Promise<void> {
    const { window } = this.input;
    while (window && !isOpen(window, Date.now())) {
      const at = nextOpening(window, Date.now());
      this.#status = 'paused';
      this.#until = new Date(at).toISOString();
      await sleep(at - Date.now());
    }
    this.#status = 'running';
    this.#until = undefined;
  }
}
