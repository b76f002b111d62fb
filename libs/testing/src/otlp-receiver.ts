// A trace collector for tests: receives the JSON that an OTLP/HTTP exporter posts and keeps the spans.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ReceivedSpan {
  name: string;
  traceId: string;
  spanId: string;
  /** Null for a root span. */
  parentId: string | null;
  /** `service.name` of the process. */
  service: string;
  attributes: Record<string, string | number | boolean>;
  /** True when the span's status is an error. */
  failed: boolean;
  kind: number;
  events: unknown[];
}

export interface OtlpReceiver extends AsyncDisposable {
  readonly url: string;
  readonly spans: ReceivedSpan[];
  /** Every request body as text, to assert that something is absent. */
  readonly bodies: string[];
  readonly headers: Record<string, unknown>[];
  /** Resolves when `condition` holds for the received spans. */
  until(condition: (spans: ReceivedSpan[]) => boolean): Promise<ReceivedSpan[]>;
}

interface Attribute {
  key: string;
  value: { stringValue?: string; intValue?: number | string; doubleValue?: number; boolValue?: boolean };
}
interface ExportRequest {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: {
      spans: {
        name: string;
        traceId: string;
        spanId: string;
        parentSpanId?: string;
        kind: number;
        attributes: Attribute[];
        events: unknown[];
        status: { code: number };
      }[];
    }[];
  }[];
}

/** Status code ERROR of the OTLP protocol. */
const STATUS_ERROR = 2;

export async function otlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const bodies: string[] = [];
  const headers: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString('utf8');
      bodies.push(body);
      headers.push(request.headers);
      if (request.url === '/v1/traces') spans.push(...readSpans(JSON.parse(body) as ExportRequest));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    })();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    bodies,
    headers,
    async until(condition) {
      while (!condition(spans)) await sleep(50);
      return spans;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function readSpans({ resourceSpans }: ExportRequest): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap((scope) =>
      scope.spans.map(({ name, traceId, spanId, parentSpanId, kind, attributes, events, status }) => ({
        name,
        traceId,
        spanId,
        parentId: parentSpanId || null,
        service: String(valuesOf(resource.attributes)['service.name']),
        attributes: valuesOf(attributes),
        failed: status.code === STATUS_ERROR,
        kind,
        events,
      })),
    ),
  );
}

const valuesOf = (attributes: Attribute[]): ReceivedSpan['attributes'] =>
  Object.fromEntries(
    attributes.map(({ key, value: { stringValue, intValue, doubleValue, boolValue } }) => [
      key,
      stringValue ?? doubleValue ?? boolValue ?? Number(intValue),
    ]),
  );
