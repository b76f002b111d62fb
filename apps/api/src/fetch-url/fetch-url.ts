// Downloads from an address given by a caller. Checks every redirect, bounds size and time, and inspects the first
// bytes before storing anything.
import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { PortraitError } from '@portrait/contracts';
import { guardedRequest, reasonOf, unreachable, type GuardOptions } from './guarded-request.js';
import { FIRST_BYTES, type Head } from './media-check.js';

export interface FetchOptions extends GuardOptions {
  readonly maxBytes: number;
  /** Called with the first bytes before anything is stored; throws when the content is unfit. */
  readonly check?: (head: Head, first: Uint8Array) => void;
  readonly signal?: AbortSignal;
  /** Limit for the whole download. */
  readonly totalMs?: number;
  /** Limit for silence on the connection. */
  readonly idleMs?: number;
}

export interface Fetched {
  bytes: number;
  sha256: string;
  contentType: string | null;
  /** Final address after redirects. */
  url: string;
}

const MAX_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const HOUR = 3_600_000;

/**
 * @throws PortraitError INVALID_ARGUMENT for refused addresses and large files, INPUT_UNREADABLE for wrong content,
 * NOT_FOUND, SERVER_UNREACHABLE, CANCELLED
 */
export async function fetchUrl(
  address: string,
  keep: (chunk: Buffer) => void | Promise<void>,
  options: FetchOptions,
): Promise<Fetched> {
  const { totalMs = HOUR, signal: given } = options;
  const late = AbortSignal.timeout(totalMs);
  const signal = given === undefined ? late : AbortSignal.any([given, late]);
  try {
    const { answer, url } = await follow(address, options, signal);
    try {
      return await receive(answer, url, keep, options, signal);
    } finally {
      answer.destroy();
    }
  } catch (error) {
    if (given?.aborted) throw new PortraitError('CANCELLED', 'The fetch was cancelled.', { cause: error });
    if (late.aborted)
      throw new PortraitError(
        'SERVER_UNREACHABLE',
        `The address took longer than ${totalMs / 1000} s to respond in full.`,
        { cause: error, hint: 'Upload the file instead: an interrupted upload can be resumed.' },
      );
    throw error;
  }
}

/** Downloads into a new file, which is removed on failure. */
export async function fetchToFile(address: string, path: string, options: FetchOptions): Promise<Fetched> {
  const file = await open(path, 'wx');
  try {
    const fetched = await fetchUrl(address, (chunk) => file.writeFile(chunk), options);
    await file.close();
    return fetched;
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
}

async function follow(
  address: string,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<{ answer: IncomingMessage; url: URL }> {
  let at = address;
  for (let hops = 0; ; hops++) {
    const answer = await guardedRequest(at, { ...options, method: 'GET', idleMs: options.idleMs ?? 30_000, signal });
    const url = new URL(at);
    const {
      statusCode: status = 0,
      headers: { location },
    } = answer;
    if (status === 200) return { answer, url };
    answer.destroy();
    if (REDIRECTS.has(status) && location !== undefined) {
      if (hops === MAX_REDIRECTS)
        throw new PortraitError(
          'INVALID_ARGUMENT',
          `The address ${new URL(address).origin} redirects more than ${MAX_REDIRECTS} times.`,
          { hint: 'Use the final address.' },
        );
      if (!URL.canParse(location, at))
        throw new PortraitError('INPUT_UNREADABLE', `The address ${url.origin} redirects to an invalid address.`);
      at = resolveLocation(location, at);
      continue;
    }
    throw refusal(url, status);
  }
}

/** Keeps the spelling of an absolute target, so that checkUrl can refuse an unusual one. */
const resolveLocation = (location: string, base: string): string =>
  /^[a-z]+:/i.test(location)
    ? location
    : location.startsWith('//')
      ? `${new URL(base).protocol}${location}`
      : new URL(location, base).href;

function refusal(url: URL, status: number): PortraitError {
  const message = `The address ${url.origin} answered ${status}`;
  if (status === 404 || status === 410)
    return new PortraitError('NOT_FOUND', `${message}: there is no such file.`, {
      hint: 'Check the address and its expiry.',
    });
  if (status === 429 || status >= 500)
    return new PortraitError('SERVER_UNREACHABLE', `${message}.`, { hint: 'Try again later.' });
  return new PortraitError('INPUT_UNREADABLE', `${message}, not with the file.`, {
    hint:
      status === 401 || status === 403
        ? 'Use an address that needs no login, such as a presigned one that has not expired.'
        : 'Open the address in a private browser window.',
  });
}

async function receive(
  answer: IncomingMessage,
  url: URL,
  keep: (chunk: Buffer) => void | Promise<void>,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<Fetched> {
  const { maxBytes, check } = options;
  const tooLarge = (): PortraitError =>
    new PortraitError('INVALID_ARGUMENT', `The file at ${url.origin} is larger than the limit of ${maxBytes} bytes.`, {
      hint: 'Use a shorter or smaller file.',
    });
  if ((answer.headers['content-encoding'] ?? 'identity') !== 'identity')
    throw new PortraitError(
      'INPUT_UNREADABLE',
      `The address ${url.origin} answered with the unrequested encoding ${answer.headers['content-encoding']}.`,
    );
  const announced = answer.headers['content-length'] === undefined ? null : Number(answer.headers['content-length']);
  if (announced !== null && announced > maxBytes) throw tooLarge();
  const head: Head = {
    url: url.href,
    contentType: answer.headers['content-type']?.split(';')[0]!.trim().toLowerCase() ?? null,
    bytes: announced,
  };
  const hash = createHash('sha256');
  let [seen, checked, bytes] = [Buffer.alloc(0), false, 0];
  const take = async (chunk: Buffer): Promise<void> => {
    hash.update(chunk);
    await keep(chunk);
  };
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      signal.throwIfAborted();
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge();
      if (checked) await take(chunk);
      else {
        seen = Buffer.concat([seen, chunk]);
        if (seen.length < FIRST_BYTES) continue;
        check?.(head, seen);
        checked = true;
        await take(seen);
      }
    }
  } catch (error) {
    throw (error as { code?: string }).code === 'ECONNRESET'
      ? unreachable(
          url,
          `${reasonOf(error)} after ${bytes}${announced === null ? '' : ` of ${announced}`} bytes`,
          error,
        )
      : error;
  }
  if (!checked) {
    check?.(head, seen);
    await take(seen);
  }
  return { bytes, sha256: hash.digest('hex'), contentType: head.contentType, url: head.url };
}
