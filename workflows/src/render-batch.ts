// renderBatch: many videos, so many at a time, within a window of hours. Each video is a renderVideo of its own whose failure
// harms no other. History stays bounded: at the server's suggestion the batch goes on as a new run. It knows numbers of videos only, so that an
// erasure need not touch it.
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
import { bookkeeping, Telling } from './telling.js';
import type { renderVideo } from './render-video.js';

/** Items asked for at a time: one call for many short videos. */
const PAGE = 50;
const STOPPING_MS = 2_000;
/** More than the heartbeat of any stage: by then whoever works on it has heard that it shall stop. */
const LONGEST_STOP_MS = 300_000;

export const batchStateQuery = defineQuery<BatchState>(STATE_QUERY);
export const moreItemsSignal = defineSignal(MORE_ITEMS_SIGNAL);
const TENANT = defineSearchAttributeKey('Tenant', 'KEYWORD');
const KIND = defineSearchAttributeKey('Kind', 'KEYWORD');

export async function renderBatch(input: RenderBatchInput): Promise<void> {
  const run = new BatchRun(input);
  setHandler(batchStateQuery, () => run.state());
  setHandler(moreItemsSignal, () => run.lookAgain());
  try {
    await run.toTheEnd();
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
  readonly #telling: Telling;

  constructor(private readonly input: RenderBatchInput) {
    this.#waiting = [...(input.carried ?? [])];
    this.#telling = new Telling({ tenant: input.tenant, batch: input.batch });
  }

  state(): BatchState {
    return {
      status: this.#status,
      underWay: [...this.#underWay],
      ...(this.#until === undefined ? {} : { until: this.#until }),
    };
  }

  lookAgain(): void {
    this.#exhausted = false;
  }

  async toTheEnd(): Promise<void> {
    const { concurrency } = this.input;
    for (;;) {
      await this.#openWindow();
      // A new run begins with nothing under way: what is running ends first.
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
        // Items that were queued again meanwhile begin at once; nobody would look for them later.
        if (this.#exhausted) return;
      }
    }
  }

  async finish(status: 'done' | 'cancelled'): Promise<void> {
    const { tenant, batch } = this.input;
    await bookkeeping.finishBatch({ tenant, batch, status });
    this.#telling.say('batch.completed');
    await this.#telling.settled();
    this.#status = status;
  }

  async #fetch(): Promise<void> {
    if (this.#waiting.length > 0 || this.#exhausted) return;
    const { tenant, batch } = this.input;
    this.#exhausted = true;
    const items = await bookkeeping.nextItems({ tenant, batch, claim: uuid4(), limit: PAGE });
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

  /** A batch that was lost leaves videos that are still stopping: each is waited for, and then made again. */
  async #startChild(item: QueuedVideo): Promise<ChildWorkflowHandle<typeof renderVideo>> {
    for (let waited = 0; ; waited += STOPPING_MS) {
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
        if (!(error instanceof WorkflowExecutionAlreadyStartedError) || waited >= LONGEST_STOP_MS) throw error;
        await sleep(STOPPING_MS);
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
    // Cancelled with the batch, before it began: what ends the batch tells of it.
    if (isCancellation(error) && !(error instanceof ChildWorkflowFailure)) return;
    await CancellationScope.nonCancellable(() =>
      bookkeeping.itemFailed({ tenant, batch: this.input.batch, video, error: failureOf(error) }),
    );
    this.#underWay.delete(video);
  }

  /** Returns at once while the window is open; otherwise waits, with what is under way going on to its end. */
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
