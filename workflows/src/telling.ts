// Tells the world outside what happened: rows, webhooks, watchers. Never in the way of the work: messages are sent in order
// beside it, and the workflow only waits for them before it ends.
import { CancellationScope, proxyActivities, workflowInfo } from '@temporalio/workflow';
import {
  BOOKKEEPING_QUEUE,
  type BookkeepingActivities,
  type WorkEvent,
  type WorkEventType,
} from '@portrait/contracts/work';

/** Jobs that must happen in the end, however long a service is away. */
export const bookkeeping = proxyActivities<BookkeepingActivities>({
  taskQueue: BOOKKEEPING_QUEUE,
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

export class Telling {
  #last: Promise<void> = Promise.resolve();
  #count = 0;

  constructor(private readonly about: Pick<WorkEvent, 'tenant' | 'person' | 'video' | 'batch'>) {}

  say(type: WorkEventType, more: Partial<WorkEvent> = {}): void {
    const { workflowId, runId } = workflowInfo();
    const event: WorkEvent = { id: `${workflowId}/${runId}/${this.#count++}`, type, ...this.about, ...more };
    this.#last = this.#last.then(() => CancellationScope.nonCancellable(() => bookkeeping.tell(event)));
    // Its failure is seen where it is awaited.
    this.#last.catch(() => undefined);
  }

  settled(): Promise<void> {
    return CancellationScope.nonCancellable(() => this.#last);
  }
}
