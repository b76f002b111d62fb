// Test support: an API that answers from a script and records every request. Unknown routes answer 404.
import { Readable } from 'node:stream';
import { PortraitError } from '@portrait/contracts';
import { CATALOG } from './api-responses.testing.js';

export interface RecordedRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Headers;
  body: unknown;
}
type ScriptedResponse = object | string | Uint8Array | Response;
export type Script = Readonly<
  Record<string, (requests: RecordedRequest) => ScriptedResponse | Promise<ScriptedResponse>>
>;

export const URL_OF_API = 'http://api.test';

export interface ScriptedApi {
  fetch: typeof globalThis.fetch;
  requests: RecordedRequest[];
  /** Number of requests to a route, for example "POST /v1/people". */
  count(route: string): number;
  /** The last request to a route. */
  last(route: string): RecordedRequest;
}

export const refusal = (status: number, code: string, message = 'It is so.'): Response =>
  Response.json({ error: { code, message, hint: 'Do that.', at: null, requestId: 'r_1' } }, { status });

/** @param script responses by method and path; `*` matches one path segment: "GET /v1/people/*" */
export function scriptedApi(script: Script): ScriptedApi {
  const requests: RecordedRequest[] = [];
  const routes: Script = { 'GET /v1/caller': () => ({ tenant: 'studio' }), 'GET /v1/stages': () => CATALOG, ...script };
  const isRoute = (route: string, { method, path }: RecordedRequest): boolean =>
    new RegExp(`^${route.replaceAll('*', '[^/]+')}$`).test(`${method} ${path}`);
  return {
    requests,
    count: (route) => requests.filter((one) => isRoute(route, one)).length,
    last: (route) => requests.findLast((one) => isRoute(route, one))!,
    fetch: (async (input: Request | string, init?: RequestInit) => {
      const request = new Request(input, init as never);
      request.signal.throwIfAborted();
      const { pathname, searchParams } = new URL(request.url);
      const text = await request.text();
      const one: RecordedRequest = {
        method: request.method,
        path: decodeURIComponent(pathname),
        query: Object.fromEntries(searchParams),
        headers: request.headers,
        body: text.startsWith('{') ? (JSON.parse(text) as unknown) : text,
      };
      requests.push(one);
      if (pathname === '/v1/events' && !('GET /v1/events' in routes)) return silence(request.signal);
      const route = Object.keys(routes).find((name) => isRoute(name, one));
      if (route === undefined) return refusal(404, 'NOT_FOUND', `Not in the script: ${one.method} ${one.path}`);
      const answer = await routes[route]!(one);
      if (answer instanceof Response) return answer;
      return typeof answer === 'string' || answer instanceof Uint8Array
        ? new Response(answer as never)
        : Response.json(answer);
    }) as typeof globalThis.fetch,
  };
}

/** An event stream without events that ends when the caller aborts. */
function silence(signal: AbortSignal): Response {
  return new Response(
    new ReadableStream({
      start: (controller) =>
        signal.addEventListener('abort', () => controller.error(new PortraitError('CANCELLED', 'Left.')), {
          once: true,
        }),
    }),
  );
}

/** An event stream that sends events of these types and then stays open. */
export const events = (...types: string[]): Response =>
  new Response(
    Readable.toWeb(
      Readable.from(
        (async function* () {
          for (const [index, type] of types.entries())
            yield Buffer.from(
              `id: ${index + 1}\nevent: ${type}\ndata: ${JSON.stringify({ id: `e${index}`, type })}\n\n`,
            );
          await new Promise(() => undefined);
        })(),
      ),
    ) as never,
  );
