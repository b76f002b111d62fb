// What a process says to be traced.
import type { Logger } from '@portrait/contracts';

export interface TracingOptions {
  /** Null: tracing is off. */
  settings: {
    endpoint: string;
    headers: Readonly<Record<string, string>>;
    sampler: string;
    ratio: number;
    resource: Readonly<Record<string, string>>;
  } | null;
  /** Name of the process in traces. */
  service: string;
  log: Logger;
}
