// Starts tracing for a process. Without an endpoint OpenTelemetry is not loaded.
import type { OpenTelemetry } from './open-telemetry.js';
import type { TracingOptions } from './tracing-options.js';

/** Returns null when tracing is off. Call it once per process at a time. */
export async function startTracing({ settings, service, log }: TracingOptions): Promise<OpenTelemetry | null> {
  if (settings === null) return null;
  const { startOpenTelemetry } = await import('./open-telemetry.js');
  return startOpenTelemetry({ settings, service, log });
}
