// Metrics of the API: requests, open event streams, webhook deliveries.
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** `again`: a retry follows; `given-up`: that was the last attempt; `unwanted`: the receiver answered 410. */
export type DeliveryOutcome = 'delivered' | 'again' | 'given-up' | 'unwanted';

export interface ApiMetrics {
  /**
   * `route`: path template or none. `status`: 2xx, 3xx, 4xx, 5xx, or gone when the client disconnected before the
   * response.
   */
  readonly requests: Histogram<'method' | 'route' | 'status'>;
  readonly inFlight: Gauge;
  readonly streams: Gauge;
  readonly deliveries: Counter<'outcome'>;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function createApiMetrics(registry: Registry = new Registry()): ApiMetrics {
  const registers = [registry];
  return {
    requests: new Histogram({
      name: 'portrait_http_request_seconds',
      help: 'Time to the end of an answer; streams of events and probes are not counted',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers,
    }),
    inFlight: new Gauge({
      name: 'portrait_http_requests_in_flight',
      help: 'Requests that are being answered now; streams of events and probes are not counted',
      registers,
    }),
    streams: new Gauge({ name: 'portrait_event_streams_open', help: 'Streams of events that are open now', registers }),
    deliveries: new Counter({
      name: 'portrait_webhook_deliveries_total',
      help: 'Attempts to deliver a webhook, by outcome: delivered, again, given-up, unwanted',
      labelNames: ['outcome'],
      registers,
    }),
  };
}
