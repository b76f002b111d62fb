// Starts tracing for a process. Without an endpoint OpenTelemetry is not loaded.
import type { Logger } from '@portrait/contracts';
import type { OpenTelemetry } from './open-telemetry.js';

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

/** Returns null when tracing is off. Call it once per process at a time. */
export async function startTracing({ settings, service, log }: TracingOptions): Promise<OpenTelemetry | null> {
  if (settings === null) return null;
  const { startOpenTelemetry } = await import('./open-telemetry.js');
  return startOpenTelemetry({ settings, service, log });
}
