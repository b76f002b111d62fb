// One HTTP request to an address a caller gave. The name is looked up once, every answer is checked, and the connection goes to exactly
// what was checked: a name that answers differently the next time changes nothing. No redirects, no proxy, no kept connections, no cookies.
import { lookup } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import ipaddr from 'ipaddr.js';
import { PortraitError } from '@portrait/contracts';
import { refusedAddress, type Allowance } from './address-rules.js';
import { checkUrl } from './check-url.js';

export interface ResolvedAddress {
  address: string;
  family: number;
}
/** Looks a host name up. */
export type Resolve = (host: string) => Promise<ResolvedAddress[]>;

export interface GuardOptions {
  readonly allow?: Allowance;
  /** Default: the resolver of the system. */
  readonly resolve?: Resolve;
}

export interface GuardedRequest extends GuardOptions {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The connection may be silent for so long, and looking up the name may take so long, ms. */
  readonly idleMs: number;
  readonly signal: AbortSignal;
}

const systemResolver: Resolve = (host) => lookup(host, { all: true, verbatim: true });

/**
 * The answer as soon as its head is there; its body is to be read or destroyed.
 * @throws PortraitError INVALID_ARGUMENT for what is refused, SERVER_UNREACHABLE for what does not answer; the signal's reason when it aborts
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
  // Node asks for one address or for all, by the version and whether it may try several.
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
    sent.on('timeout', () => (receiving ?? sent).destroy(unreachable(url, `nothing came for ${idleMs / 1000} s`)));
    sent.on('error', (error) =>
      reject(
        signal.aborted
          ? signal.reason
          : error instanceof PortraitError
            ? error
            : unreachable(url, reasonOf(error), error),
      ),
    );
    // The connection itself is looked at once more, so that no change in Node opens the door.
    sent.on('socket', (socket) =>
      socket.once('connect', () => {
        const peer = socket.remoteAddress;
        if (peer === undefined || !addresses.some(({ address: checked }) => samePeer(checked, peer)))
          sent.destroy(new PortraitError('INTERNAL', `${url.host} was reached at ${peer}, which was not checked.`));
      }),
    );
    sent.on('response', (answer) => {
      receiving = answer;
      resolve(answer);
    });
    sent.end(body);
  });
}

/** An IPv4 peer of an IPv6 socket is written ::ffff:1.2.3.4. */
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
  if (addresses.length === 0) throw unreachable(url, 'the name leads nowhere');
  for (const { address } of addresses) {
    const refused = refusedAddress(address, allow);
    // What the name leads to inside is not told to whoever asks.
    if (refused !== null)
      throw new PortraitError('INVALID_ARGUMENT', `The address ${url.origin} is refused: its host is ${refused}.`, {
        hint: 'Give an http or https address that anybody on the internet can fetch.',
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
    // A lookup cannot be stopped; its answer is not waited for.
    const found = await Promise.race([resolve(host), late]);
    if (found === null) throw unreachable(url, `its name was not found within ${idleMs / 1000} s`);
    return found;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error instanceof PortraitError ? error : unreachable(url, reasonOf(error), error);
  } finally {
    done.abort();
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its name cannot be looked up now',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it broke the connection off',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ETIMEDOUT: 'it does not answer',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

export function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return REASONS[code ?? ''] ?? (code === undefined ? String(message) : `an error on the way (${code})`);
}

export function unreachable(url: URL, why: string, cause?: unknown): PortraitError {
  return new PortraitError('SERVER_UNREACHABLE', `The address ${url.origin} cannot be reached: ${why}.`, {
    cause,
    hint: 'Look whether it can be reached from elsewhere, then try again.',
  });
}
