// The typed API client over fetch. Retries requests that are safe to repeat.
import createClient, { type Client } from 'openapi-fetch';
import type { paths } from './generated/api.js';
import { retryingFetch } from './retry.js';

export interface ClientOptions {
  /** Base address of the API, `https://portraits.example.org`. */
  url: string;
  key: string;
  /** Default: the global fetch. */
  fetch?: typeof globalThis.fetch;
  /** Aborts every request. */
  signal?: AbortSignal;
}

export interface ApiClient extends Client<paths> {
  readonly url: string;
  /** fetch with the key, for streams. */
  readonly fetch: (path: string, init: RequestInit) => Promise<Response>;
  /** fetch without the key, for links to the store. */
  readonly fetchWithoutKey: typeof globalThis.fetch;
}

/** @example const person = await answer(client.GET('/v1/people/{id}', { params: { path: { id } } })); */
export function openClient({ url, key, fetch = globalThis.fetch, signal }: ClientOptions): ApiClient {
  const base = url.replace(/\/+$/, '');
  const headers = { Authorization: `Bearer ${key}` };
  const client = createClient<paths>({
    baseUrl: base,
    headers,
    fetch: retryingFetch(fetch, signal),
    ...(signal === undefined ? {} : { signal }),
  });
  const withSignal = (init: RequestInit): RequestInit => ({
    ...init,
    ...(signal === undefined ? {} : { signal: init.signal ? AbortSignal.any([signal, init.signal]) : signal }),
  });
  return Object.assign(client, {
    url: base,
    fetch: (path: string, init: RequestInit) =>
      fetch(
        `${base}${path}`,
        withSignal({ ...init, headers: { ...headers, ...(init.headers as Record<string, string> | undefined) } }),
      ),
    fetchWithoutKey: ((input, init) => fetch(input, withSignal(init ?? {}))) as typeof globalThis.fetch,
  });
}
