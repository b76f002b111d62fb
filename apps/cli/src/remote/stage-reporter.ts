// Turns what the API shows of stages, look after look, into the events an embedded run would have told. Holds what was told; asks nothing.
import type { Progress } from '@portrait/api-client';
import { PortraitError, type Finding } from '@portrait/contracts';
import type { ViewEvent } from '../terminal/progress-view.js';
import type { StageState } from './api-types.js';
import { errorOf } from './failure.js';

type Beat = Pick<StageState, 'stage' | 'status' | 'attempt' | 'done' | 'total' | 'unit' | 'message'>;

const WAITING = mark({ status: 'waiting', attempt: 0 });

export class StageReporter {
  /** Status and attempt that was told last. */
  readonly #told = new Map<string, string>();
  /** When a stage was first seen running, by `now`. */
  readonly #began = new Map<string, number>();

  constructor(
    private readonly tell: (event: ViewEvent) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @returns true when a stage has moved on, so that only a full look tells what came of it */
  progress(stages: Progress['stages']): boolean {
    const moved = stages.some(
      (stage) => stage.status !== 'running' && (this.#told.get(stage.stage) ?? WAITING) !== mark(stage),
    );
    // The full look tells of these too, after what had to end before they began.
    if (!moved) for (const stage of stages) if (stage.status === 'running') this.#running(stage as Beat);
    return moved;
  }

  see(stages: readonly StageState[]): void {
    for (const stage of stages) {
      if (stage.status === 'running') this.#running(stage);
      else this.#settle(stage);
    }
  }

  #isNew(stage: Pick<Beat, 'stage' | 'status' | 'attempt'>): boolean {
    const isNew = this.#told.get(stage.stage) !== mark(stage);
    this.#told.set(stage.stage, mark(stage));
    return isNew;
  }

  #running(beat: Beat): void {
    const { stage, done, total, unit, message } = beat;
    if (this.#isNew(beat)) {
      this.#began.set(stage, this.now());
      this.tell({ type: 'start', stage, resumed: false });
    }
    if (done !== null && total !== null)
      this.tell({
        type: 'progress',
        stage,
        progress: { done, total, unit: unit ?? '', ...(message === null ? {} : { message }) },
      });
  }

  /** Of a render nothing is told once it is over; what was seen of it is near enough. */
  #watchedMs(stage: string): number {
    return this.now() - (this.#began.get(stage) ?? Number.NaN);
  }

  #settle(state: StageState): void {
    const { stage, status, cached, seconds, coreSeconds, metrics, findings, error } = state;
    const ran = this.#told.get(stage)?.startsWith('running') === true;
    if (!this.#isNew(state)) return;
    if (status === 'done') {
      for (const finding of findings) this.tell({ type: 'finding', stage, finding: finding as Finding });
      if (cached === true) this.tell({ type: 'cached', stage });
      else
        this.tell({
          type: 'done',
          stage,
          report: {
            wallMs: seconds === null ? this.#watchedMs(stage) : seconds * 1000,
            cpuMs: (coreSeconds ?? Number.NaN) * 1000,
            metrics,
          },
        });
    }
    if (status === 'skipped') this.tell({ type: 'skipped', stage });
    if (status === 'parked' && error !== null) this.tell({ type: 'failed', stage, error: errorOf(error) });
    if (status === 'cancelled' && ran)
      this.tell({ type: 'failed', stage, error: new PortraitError('CANCELLED', 'Cancelled.') });
  }
}

function mark({ status, attempt }: { status: string; attempt: number }): string {
  return `${status} ${status === 'running' || status === 'parked' ? attempt : ''}`;
}
