// Phases of a stage as its progress tells them: what comes before it first tells of units done (prepare), tenths of the
// units, what comes after the last one (finish); or just the whole, where nothing is told in between. A tenth that
// never ended is told too, so that a trace shows how far a failed attempt came.
import type { StageProgress } from '@portrait/contracts';
import type { Span } from '@portrait/observability';
import type { StageEvent } from './run-types.js';

const PARTS = 10;
/** A stage that counts anew again and again does not flood a trace. */
const MOST = 40;

interface Phase {
  name: 'prepare' | 'finish' | 'units' | 'whole';
  start: number;
  from: number;
}

export class Phases {
  #phase: Phase | null = null;
  #last: StageProgress | null = null;
  #told = 0;

  constructor(private readonly span: Span) {}

  follow(event: StageEvent): void {
    if (event.type === 'start') this.#phase = { name: 'prepare', start: Date.now(), from: 0 };
    if (event.type === 'progress') this.#progress(event.progress);
  }

  end(): void {
    const last = this.#last;
    if (this.#phase?.name === 'prepare' && last !== null && last.done >= last.total) this.#phase.name = 'whole';
    this.#close(last?.done ?? 0);
  }

  #progress(now: StageProgress): void {
    const last = this.#last;
    const phase = this.#phase;
    this.#last = now;
    if (phase === null) return;
    // What is done at the first word was done by an earlier attempt, or is nothing.
    if (last === null) return;
    if (phase.name === 'prepare' && now.done > last.done) this.#next('units', last.done, last.done);
    if (this.#phase!.name !== 'units') return;
    if (now.done >= now.total) this.#next('finish', now.total, now.total);
    else if (part(now) > part({ ...now, done: this.#phase!.from })) this.#next('units', now.done, now.done);
  }

  #next(name: Phase['name'], from: number, to: number): void {
    this.#close(to);
    this.#phase = { name, start: Date.now(), from };
  }

  #close(to: number): void {
    const phase = this.#phase;
    this.#phase = null;
    if (phase === null || this.#told >= MOST) return;
    this.#told++;
    const times = { start: phase.start, end: Date.now() };
    if (phase.name !== 'units' || this.#last === null) return this.span.add(phase.name, times);
    const { unit, total } = this.#last;
    this.span.add(`${unit} ${phase.from}–${to}`, times, {
      'portrait.unit': unit,
      'portrait.from': phase.from,
      'portrait.to': to,
      'portrait.total': total,
    });
  }
}

const part = ({ done, total }: StageProgress): number => Math.floor((PARTS * done) / total);
