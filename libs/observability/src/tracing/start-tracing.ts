// Switches tracing on for a process. Without an endpoint nothing of OpenTelemetry is loaded.
import type { Logger } from '@portrait/contracts';
import type { OpenTelemetry } from './open-telemetry.js';

export interface TracingOptions {
  /** Where to; null: nowhere, and nothing is traced. */
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

/** Null when tracing is off. One at a time in a process. */
export async function startTracing({ settings, service, log }: TracingOptions): Promise<OpenTelemetry | null> {
  if (settings === null) return null;
  const { startOpenTelemetry } = await import('./open-telemetry.js');
  return startOpenTelemetry({ settings, service, log });
}
