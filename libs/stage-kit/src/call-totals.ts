// Calls of one stage, added up by name: a stage makes thousands, a trace shows one span a name.
import type { Span } from '@portrait/observability';

interface Total {
  start: number;
  end: number;
  calls: number;
  busyMs: number;
}

export class CallTotals {
  readonly #totals = new Map<string, Total>();

  /** @param start ms since 1970, likewise `end` */
  add(name: string, start: number, end: number): void {
    const total = this.#totals.get(name) ?? { start, end, calls: 0, busyMs: 0 };
    this.#totals.set(name, {
      start: Math.min(total.start, start),
      end: Math.max(total.end, end),
      calls: total.calls + 1,
      busyMs: total.busyMs + end - start,
    });
  }

  /** One span a name, from the first call to the end of the last one. */
  addTo(span: Span): void {
    for (const [name, { start, end, calls, busyMs }] of this.#totals)
      span.add(name, { start, end }, { 'portrait.calls': calls, 'portrait.busy_seconds': busyMs / 1000 });
  }
}
