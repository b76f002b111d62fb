// A collector of traces for tests: takes what an OTLP/HTTP exporter posts as JSON and keeps the spans.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ReceivedSpan {
  name: string;
  traceId: string;
  spanId: string;
  /** Null: the first of its trace. */
  parentId: string | null;
  /** Of the process. */
  service: string;
  attributes: Record<string, string | number | boolean>;
  /** It ended in an error. */
  failed: boolean;
  kind: number;
  events: unknown[];
}

export interface OtlpReceiver extends AsyncDisposable {
  readonly url: string;
  readonly spans: ReceivedSpan[];
  /** All that was posted, as text: for what must not be in there. */
  readonly bodies: string[];
  readonly headers: Record<string, unknown>[];
  /** Resolves when the spans are as wanted. */
  until(wanted: (spans: ReceivedSpan[]) => boolean): Promise<ReceivedSpan[]>;
}

interface Attribute {
  key: string;
  value: { stringValue?: string; intValue?: number | string; doubleValue?: number; boolValue?: boolean };
}
interface Posted {
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

const FAILED = 2;

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
      if (request.url === '/v1/traces') spans.push(...read(JSON.parse(body) as Posted));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    })();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    bodies,
    headers,
    async until(wanted) {
      while (!wanted(spans)) await sleep(50);
      return spans;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function read({ resourceSpans }: Posted): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap((scope) =>
      scope.spans.map(({ name, traceId, spanId, parentSpanId, kind, attributes, events, status }) => ({
        name,
        traceId,
        spanId,
        parentId: parentSpanId || null,
        service: String(valuesOf(resource.attributes)['service.name']),
        attributes: valuesOf(attributes),
        failed: status.code === FAILED,
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
