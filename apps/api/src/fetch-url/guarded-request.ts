// Sends one HTTP request to an address given by a caller. Resolves the name once, checks every resolved address and
// connects to exactly those, so that DNS rebinding has no effect. No redirects, proxies, connection reuse or cookies.
import { lookup } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import ipaddr from 'ipaddr.js';
import { PortraitError } from '@portrait/contracts';
import { refusedAddress, type Allowance } from './address-rules.js';
import { checkUrl } from './check-url.js';

interface ResolvedAddress {
  address: string;
  family: number;
}
export type Resolve = (host: string) => Promise<ResolvedAddress[]>;

export interface GuardOptions {
  readonly allow?: Allowance;
  /** Default: the system resolver. */
  readonly resolve?: Resolve;
}

export interface GuardedRequest extends GuardOptions {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Limit for silence on the connection, and for resolving the name. */
  readonly idleMs: number;
  readonly signal: AbortSignal;
}

const systemResolver: Resolve = (host) => lookup(host, { all: true, verbatim: true });

/**
 * Resolves with the response once its headers have arrived; the caller must read or destroy the body.
 * @throws PortraitError INVALID_ARGUMENT for refused addresses, SERVER_UNREACHABLE when there is no response; the
 * signal's reason on abort
 */
export async function guardedRequest(address: string, request: GuardedRequest): Promise<http.IncomingMessage> {
  const { allow, method, headers = {}, body, idleMs, signal } = request;
  const url = checkUrl(address, allow);
  signal.throwIfAborted();
  const addresses = await checkedAddresses(url, request);
  const [client, agent] =
    url.protocol === 'https:'
      ? ([https, new https.Agent({ keepAlive: false })] as const)
      : ([http, new http.Agent({ keepAlive: false })] as const);
  // Depending on version and options, Node asks for one address or for all.
  const lookupChecked: LookupFunction = (_host, { all }, found) =>
    all ? found(null, addresses) : found(null, addresses[0]!.address, addresses[0]!.family);
  return new Promise((resolve, reject) => {
    const sent = client.request(url, {
      agent,
      method,
      signal,
      lookup: lookupChecked,
      timeout: idleMs,
      insecureHTTPParser: false,
      headers: {
        'user-agent': 'talking-portrait-studio',
        'accept-encoding': 'identity',
        ...headers,
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
    });
    let receiving: http.IncomingMessage | undefined;
    sent.on('timeout', () => (receiving ?? sent).destroy(unreachable(url, `no data arrived for ${idleMs / 1000} s`)));
    sent.on('error', (error) =>
      reject(
        signal.aborted
          ? signal.reason
          : error instanceof PortraitError
            ? error
            : unreachable(url, reasonOf(error), error),
      ),
    );
    // Checks the connected peer again, in case a future Node bypasses the lookup.
    sent.on('socket', (socket) =>
      socket.once('connect', () => {
        const peer = socket.remoteAddress;
        if (peer === undefined || !addresses.some(({ address: checked }) => samePeer(checked, peer)))
          sent.destroy(new PortraitError('INTERNAL', `${url.host} resolved to ${peer}, which was not checked.`));
      }),
    );
    sent.on('response', (answer) => {
      receiving = answer;
      resolve(answer);
    });
    sent.end(body);
  });
}

/** Normalises ::ffff:1.2.3.4, the IPv4 peer of an IPv6 socket. */
const samePeer = (checked: string, peer: string): boolean =>
  ipaddr.process(checked).toNormalizedString() === ipaddr.process(peer).toNormalizedString();

async function checkedAddresses(
  url: URL,
  { allow, resolve = systemResolver, idleMs, signal }: GuardedRequest,
): Promise<ResolvedAddress[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host)
    ? [{ address: host, family: isIP(host) }]
    : await resolveWithin(url, host, resolve, idleMs, signal);
  if (addresses.length === 0) throw unreachable(url, 'the name has no address');
  for (const { address } of addresses) {
    const refused = refusedAddress(address, allow);
    // The message must not reveal the internal address.
    if (refused !== null)
      throw new PortraitError('INVALID_ARGUMENT', `The address ${url.origin} is refused: its host is ${refused}.`, {
        hint: 'Use a public http or https address.',
      });
  }
  return addresses;
}

async function resolveWithin(
  url: URL,
  host: string,
  resolve: Resolve,
  idleMs: number,
  signal: AbortSignal,
): Promise<ResolvedAddress[]> {
  const done = new AbortController();
  try {
    const late = sleep(idleMs, null, { signal: AbortSignal.any([signal, done.signal]) });
    // A lookup cannot be cancelled; its late result is ignored.
    const found = await Promise.race([resolve(host), late]);
    if (found === null) throw unreachable(url, `its name was not resolved within ${idleMs / 1000} s`);
    return found;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error instanceof PortraitError ? error : unreachable(url, reasonOf(error), error);
  } finally {
    done.abort();
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host does not exist',
  EAI_AGAIN: 'its name cannot be resolved now',
  ECONNREFUSED: 'the connection is refused',
  ECONNRESET: 'it closed the connection',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  ETIMEDOUT: 'it does not answer',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

export function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return REASONS[code ?? ''] ?? (code === undefined ? String(message) : `a network error (${code})`);
}

export function unreachable(url: URL, why: string, cause?: unknown): PortraitError {
  return new PortraitError('SERVER_UNREACHABLE', `The address ${url.origin} cannot be reached: ${why}.`, {
    cause,
    hint: 'Check that the address is reachable, then retry.',
  });
}
