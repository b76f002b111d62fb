// Converts successive stage states from the API into the events of an embedded run, each emitted once.
import type { Progress } from '@portrait/api-client';
import { PortraitError, type Finding } from '@portrait/contracts';
import type { ViewEvent } from '../terminal/progress-view.js';
import type { StageState } from './api-types.js';
import { errorFromFailure } from './failure.js';

type StageBeat = Pick<StageState, 'stage' | 'status' | 'attempt' | 'done' | 'total' | 'unit' | 'message'>;

const WAITING = stateKey({ status: 'waiting', attempt: 0 });

export class StageReporter {
  /** Last reported state by stage. */
  readonly #reported = new Map<string, string>();
  /** Time at which a stage was first seen running, by `now`. */
  readonly #startedAt = new Map<string, number>();

  constructor(
    private readonly onEvent: (event: ViewEvent) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @returns true when a stage has left its state: the caller must then fetch the full state and call `update` */
  progress(stages: Progress['stages']): boolean {
    const moved = stages.some(
      (stage) => stage.status !== 'running' && (this.#reported.get(stage.stage) ?? WAITING) !== stateKey(stage),
    );
    // Otherwise `update` reports the running stages, after the stages that ended before them.
    if (!moved) for (const stage of stages) if (stage.status === 'running') this.#reportRunning(stage as StageBeat);
    return moved;
  }

  update(stages: readonly StageState[]): void {
    for (const stage of stages) {
      if (stage.status === 'running') this.#reportRunning(stage);
      else this.#reportEnd(stage);
    }
  }

  #isNew(stage: Pick<StageBeat, 'stage' | 'status' | 'attempt'>): boolean {
    const isNew = this.#reported.get(stage.stage) !== stateKey(stage);
    this.#reported.set(stage.stage, stateKey(stage));
    return isNew;
  }

  #reportRunning(beat: StageBeat): void {
    const { stage, done, total, unit, message } = beat;
    if (this.#isNew(beat)) {
      this.#startedAt.set(stage, this.now());
      this.onEvent({ type: 'start', stage, resumed: false });
    }
    if (done !== null && total !== null)
      this.onEvent({
        type: 'progress',
        stage,
        progress: { done, total, unit: unit ?? '', ...(message === null ? {} : { message }) },
      });
  }

  /** Approximate duration, for renders, whose duration the API does not report. */
  #observedMs(stage: string): number {
    return this.now() - (this.#startedAt.get(stage) ?? Number.NaN);
  }

  #reportEnd(state: StageState): void {
    const { stage, status, cached, seconds, coreSeconds, metrics, findings, error } = state;
    const ran = this.#reported.get(stage)?.startsWith('running') === true;
    if (!this.#isNew(state)) return;
    if (status === 'done') {
      for (const finding of findings) this.onEvent({ type: 'finding', stage, finding: finding as Finding });
      if (cached === true) this.onEvent({ type: 'cached', stage });
      else
        this.onEvent({
          type: 'done',
          stage,
          report: {
            wallMs: seconds === null ? this.#observedMs(stage) : seconds * 1000,
            cpuMs: (coreSeconds ?? Number.NaN) * 1000,
            metrics,
          },
        });
    }
    if (status === 'skipped') this.onEvent({ type: 'skipped', stage });
    if (status === 'parked' && error !== null) this.onEvent({ type: 'failed', stage, error: errorFromFailure(error) });
    if (status === 'cancelled' && ran)
      this.onEvent({ type: 'failed', stage, error: new PortraitError('CANCELLED', 'Cancelled.') });
  }
}

function stateKey({ status, attempt }: { status: string; attempt: number }): string {
  return `${status} ${status === 'running' || status === 'parked' ? attempt : ''}`;
}
