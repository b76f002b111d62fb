// The client: typed calls over fetch. What is safe to send again is sent again while the server asks for patience.
import createClient, { type Client } from 'openapi-fetch';
import type { paths } from './generated/api.js';
import { patientFetch } from './patience.js';

export interface ClientOptions {
  /** Address of the API, `https://portraits.example.org`. */
  url: string;
  key: string;
  /** Default: that of the platform. */
  fetch?: typeof globalThis.fetch;
  /** Ends every call. */
  signal?: AbortSignal;
}

export interface ApiClient extends Client<paths> {
  readonly url: string;
  /** With the key; for what is no call: streams. */
  readonly fetch: (path: string, init: RequestInit) => Promise<Response>;
  /** Without the key; for links to the store. */
  readonly bare: typeof globalThis.fetch;
}

/** @example const person = await answer(client.GET('/v1/people/{id}', { params: { path: { id } } })); */
export function openClient({ url, key, fetch = globalThis.fetch, signal }: ClientOptions): ApiClient {
  const base = url.replace(/\/+$/, '');
  const headers = { Authorization: `Bearer ${key}` };
  const client = createClient<paths>({
    baseUrl: base,
    headers,
    fetch: patientFetch(fetch, signal),
    ...(signal === undefined ? {} : { signal }),
  });
  const together = (init: RequestInit): RequestInit => ({
    ...init,
    ...(signal === undefined ? {} : { signal: init.signal ? AbortSignal.any([signal, init.signal]) : signal }),
  });
  return Object.assign(client, {
    url: base,
    fetch: (path: string, init: RequestInit) =>
      fetch(
        `${base}${path}`,
        together({ ...init, headers: { ...headers, ...(init.headers as Record<string, string> | undefined) } }),
      ),
    bare: ((input, init) => fetch(input, together(init ?? {}))) as typeof globalThis.fetch,
  });
}
