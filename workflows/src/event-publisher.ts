// Publishes workflow events to the API (rows, webhooks, watchers). Events are sent in order, in the background; the
// workflow waits for them only before it ends.
import { CancellationScope, proxyActivities, workflowInfo } from '@temporalio/workflow';
import {
  BOOKKEEPING_QUEUE,
  type BookkeepingActivities,
  type WorkEvent,
  type WorkEventType,
} from '@portrait/contracts/work';

/** Activities that are retried without limit, because they must complete. */
export const bookkeeping = proxyActivities<BookkeepingActivities>({
  taskQueue: BOOKKEEPING_QUEUE,
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

export class EventPublisher {
  #queue: Promise<void> = Promise.resolve();
  #count = 0;

  constructor(private readonly subject: Pick<WorkEvent, 'tenant' | 'person' | 'video' | 'batch'>) {}

  publish(type: WorkEventType, more: Partial<WorkEvent> = {}): void {
    const { workflowId, runId } = workflowInfo();
    const event: WorkEvent = { id: `${workflowId}/${runId}/${this.#count++}`, type, ...this.subject, ...more };
    this.#queue = this.#queue.then(() => CancellationScope.nonCancellable(() => bookkeeping.tell(event)));
    // flush() reports the rejection.
    this.#queue.catch(() => undefined);
  }

  /** Waits until every published event is delivered. */
  flush(): Promise<void> {
    return CancellationScope.nonCancellable(() => this.#queue);
  }
}
