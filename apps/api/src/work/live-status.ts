// The live state of workflows, cached so that many pollers cost Temporal as much as one.
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@portrait/contracts';
import { ENGINE, LOG, OPTIONS, type ApiOptions } from '../tokens.js';
import type { WorkSnapshot, WorkEngine } from './engine.js';
import { StatusCache } from './status-cache.js';

/** `unreachable`: Temporal cannot be queried now. */
export type LiveState = WorkSnapshot | null | 'unreachable';

@Injectable()
export class LiveStatus {
  readonly #cache: StatusCache<LiveState>;

  constructor(
    @Inject(ENGINE) private readonly engine: WorkEngine,
    @Inject(OPTIONS) options: ApiOptions,
    @Inject(LOG) private readonly log: Logger,
  ) {
    this.#cache = new StatusCache(options.refreshMs);
  }

  get(workflowId: string): Promise<LiveState> {
    return this.#cache.get(workflowId, () =>
      this.engine.describe(workflowId).catch((error: unknown): LiveState => {
        this.log.warn('Cannot read the state of a workflow', { workflowId, error: (error as Error).message });
        return 'unreachable';
      }),
    );
  }

  /** Makes a decision visible at once. */
  invalidate(workflowId: string): void {
    this.#cache.invalidate(workflowId);
  }
}
