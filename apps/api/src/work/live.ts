// Looks at running work for everyone who asks, at most once in a while for each piece: many pollers cost Temporal as much as one.
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@portrait/contracts';
import { ENGINE, LOG, OPTIONS, type ApiOptions } from '../tokens.js';
import type { Look, WorkEngine } from './engine.js';

/** `away`: cannot be asked now. */
export type Seen = Look | null | 'away';

const KEPT = 10_000;

@Injectable()
export class LiveWork {
  readonly #looks = new Map<string, { at: number; look: Promise<Seen> }>();

  constructor(
    @Inject(ENGINE) private readonly engine: WorkEngine,
    @Inject(OPTIONS) private readonly options: ApiOptions,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  look(workflowId: string): Promise<Seen> {
    const known = this.#looks.get(workflowId);
    const now = performance.now();
    if (known !== undefined && now - known.at < this.options.lookMs) return known.look;
    const look = this.engine.look(workflowId).catch((error: unknown): Seen => {
      this.log.warn('Running work cannot be looked at', { workflowId, error: (error as Error).message });
      return 'away';
    });
    this.#looks.delete(workflowId);
    this.#looks.set(workflowId, { at: now, look });
    if (this.#looks.size > KEPT) this.#looks.delete(this.#looks.keys().next().value!);
    return look;
  }

  /** After a decision the next look is a fresh one. */
  changed(workflowId: string): void {
    this.#looks.delete(workflowId);
  }
}
