// Kills random processes of a running system with SIGKILL, in a sequence given by a seed. Busy stage services are
// killed more often than idle ones; Temporal, MinIO, orchestrator and API are killed as well.
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalSystem } from '@portrait/cli';

export interface Kill {
  victim: string;
  /** Milliseconds since 1970. */
  at: number;
  /** Of the stage it was working on, 0 to 1, as last seen; null where it was working on none. */
  progress: number | null;
}

export interface KillerOptions {
  seed: number;
  kills: number;
  /** Pause between two kills, seconds, drawn evenly. */
  pause: readonly [number, number];
  onKill?(kill: Kill): void;
}

/** mulberry32: small, and good enough to choose victims. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class Killer {
  readonly kills: Kill[] = [];
  /** Stages at work and how far they are. */
  #working = new Map<string, number>();

  constructor(
    private readonly system: LocalSystem,
    private readonly options: KillerOptions,
  ) {}

  saw(stages: readonly { stage: string; status: string; progress: number | null }[]): void {
    this.#working = new Map(
      stages.filter(({ status }) => status === 'running').map(({ stage, progress }) => [stage, progress ?? 0]),
    );
  }

  get done(): boolean {
    return this.kills.length >= this.options.kills;
  }

  /** Returns when all kills are done or `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    // One stream of chance for the pauses, one for the victims, so that neither depends on what the machine was doing.
    const [pauses, victims] = [randomOf(this.options.seed), randomOf(this.options.seed + 1)];
    const [least, most] = this.options.pause;
    while (!this.done && !signal.aborted) {
      await sleep(1000 * (least + (most - least) * pauses()), undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await this.#strike(victims());
    }
  }

  async #strike(chance: number): Promise<void> {
    const { temporal, minio, services } = this.system;
    const working = services.filter(({ name }) => this.#working.has(name.replace(/-\d+$/, '')));
    const always = services.filter(({ name }) => name === 'orchestrator' || name === 'api');
    const choices: [string, () => Promise<void> | void][] = [
      ['temporal', () => temporal.server.kill()],
      ['minio', () => minio.server.kill()],
      ...[...always, ...working, ...working].map((service): [string, () => void] => [
        service.name,
        () => service.kill(),
      ]),
    ];
    const [victim, kill] = choices[Math.floor(chance * choices.length)]!;
    const entry: Kill = { victim, at: Date.now(), progress: this.#working.get(victim.replace(/-\d+$/, '')) ?? null };
    this.kills.push(entry);
    this.options.onKill?.(entry);
    await kill();
  }
}
