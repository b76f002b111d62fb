// Looks at running work for everyone who asks, at most once in a while for each piece: many pollers cost Temporal as much as one.
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@portrait/contracts';
import { ENGINE, LOG, OPTIONS, type ApiOptions } from '../tokens.js';
import type { Look, WorkEngine } from './engine.js';
import { SharedLooks } from './shared-looks.js';

/** `away`: cannot be asked now. */
export type Seen = Look | null | 'away';

@Injectable()
export class LiveWork {
  readonly #looks: SharedLooks<Seen>;

  constructor(
    @Inject(ENGINE) private readonly engine: WorkEngine,
    @Inject(OPTIONS) options: ApiOptions,
    @Inject(LOG) private readonly log: Logger,
  ) {
    this.#looks = new SharedLooks(options.lookMs);
  }

  look(workflowId: string): Promise<Seen> {
    return this.#looks.look(workflowId, () =>
      this.engine.look(workflowId).catch((error: unknown): Seen => {
        this.log.warn('Running work cannot be looked at', { workflowId, error: (error as Error).message });
        return 'away';
      }),
    );
  }

  /** After a decision the next look is a fresh one. */
  changed(workflowId: string): void {
    this.#looks.forget(workflowId);
  }
}
