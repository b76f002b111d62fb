// Turns what the API shows of stages, look after look, into the events an embedded run would have told. Holds what was told; asks nothing.
import type { Progress } from '@portrait/api-client';
import { PortraitError, type Finding } from '@portrait/contracts';
import type { ViewEvent } from '../terminal/progress-view.js';
import type { StageState } from './api-types.js';
import { errorOf } from './failure.js';

type Beat = Pick<StageState, 'stage' | 'status' | 'attempt' | 'done' | 'total' | 'unit' | 'message'>;

export class StageReporter {
  /** Status and attempt that was told last. */
  readonly #told = new Map<string, string>();

  constructor(private readonly tell: (event: ViewEvent) => void) {}

  /** @returns true when a stage has moved on, so that only a full look tells what came of it */
  progress(stages: Progress['stages']): boolean {
    let moved = false;
    for (const stage of stages) {
      const known = this.#told.get(stage.stage);
      if (stage.status === 'running') this.#running(stage as Beat);
      else if (known !== undefined ? known !== mark(stage) : stage.status !== 'waiting') moved = true;
    }
    return moved;
  }

  see(stages: readonly StageState[]): void {
    for (const stage of stages) {
      if (stage.status === 'running') this.#running(stage);
      else if (this.#isNew(stage)) this.#settled(stage);
    }
  }

  #isNew(stage: Pick<Beat, 'stage' | 'status' | 'attempt'>): boolean {
    const isNew = this.#told.get(stage.stage) !== mark(stage);
    this.#told.set(stage.stage, mark(stage));
    return isNew;
  }

  #running(beat: Beat): void {
    const { stage, done, total, unit, message } = beat;
    if (this.#isNew(beat)) this.tell({ type: 'start', stage, resumed: false });
    if (done !== null && total !== null) this.tell({ type: 'progress', stage, progress: { done, total, unit: unit ?? '', ...(message === null ? {} : { message }) } });
  }

  #settled({ stage, status, cached, seconds, coreSeconds, metrics, findings, error }: StageState): void {
    if (status === 'done') {
      for (const finding of findings) this.tell({ type: 'finding', stage, finding: finding as Finding });
      if (cached === true) this.tell({ type: 'cached', stage });
      else this.tell({ type: 'done', stage, report: { wallMs: (seconds ?? Number.NaN) * 1000, cpuMs: (coreSeconds ?? Number.NaN) * 1000, metrics } });
    }
    if (status === 'skipped') this.tell({ type: 'skipped', stage });
    if (status === 'parked' && error !== null) this.tell({ type: 'failed', stage, error: errorOf(error) });
    if (status === 'cancelled') this.tell({ type: 'failed', stage, error: new PortraitError('CANCELLED', 'Cancelled.') });
  }
}

const mark = ({ status, attempt }: { status: string; attempt: number }): string => `${status} ${status === 'running' || status === 'parked' ? attempt : ''}`;
