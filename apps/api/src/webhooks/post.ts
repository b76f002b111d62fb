// One attempt to tell a receiver: a signed POST through the guard that keeps callers' addresses from leading inside. Any 2xx is a yes.
import { SIGNATURE_HEADER, signWebhook } from '@portrait/api-client/webhooks';
import type { DeliveryAttempt } from '../database/schema.js';
import { guardedRequest, type GuardOptions } from '../fetch-url/index.js';
import type { Claimed, Outcome } from './claims.js';

/** A receiver has so long to answer, ms. */
const PATIENCE_MS = 10_000;
const SHOWN_CHARACTERS = 200;
const GONE = 410;

export interface PostOptions {
  guard: GuardOptions;
  signal: AbortSignal;
  patienceMs?: number;
}

/** Never throws but for the signal's abort. */
export async function postDelivery(
  {
    id,
    url,
    event,
    type,
    payload,
    secret,
    attempts,
  }: Pick<Claimed, 'id' | 'url' | 'event' | 'type' | 'payload' | 'secret' | 'attempts'>,
  { guard, signal, patienceMs = PATIENCE_MS }: PostOptions,
): Promise<{ attempt: DeliveryAttempt; outcome: Outcome }> {
  const body = JSON.stringify(payload);
  const started = performance.now();
  const at = new Date();
  const late = AbortSignal.timeout(patienceMs);
  const done = (status: number | null, error?: string): DeliveryAttempt => ({
    at: at.toISOString(),
    status,
    ms: Math.round(performance.now() - started),
    ...(error === undefined ? {} : { error }),
  });
  try {
    const answer = await guardedRequest(url, {
      ...guard,
      method: 'POST',
      body,
      idleMs: patienceMs,
      signal: AbortSignal.any([signal, late]),
      headers: {
        'content-type': 'application/json',
        'portrait-event': type,
        'portrait-event-id': encodeURIComponent(event),
        'portrait-delivery': id,
        'portrait-attempt': String(attempts),
        [SIGNATURE_HEADER]: signWebhook(body, secret, at.getTime()),
      },
    });
    const status = answer.statusCode ?? 0;
    if (status >= 200 && status < 300) {
      answer.destroy();
      return { attempt: done(status), outcome: 'delivered' };
    }
    const said = await beginning(answer);
    const error =
      status >= 300 && status < 400
        ? 'It answered with a redirect; give the address it leads to.'
        : said === ''
          ? `It answered ${status}.`
          : `It answered ${status}: ${said}`;
    return { attempt: done(status, error), outcome: status === GONE ? 'unwanted' : 'again' };
  } catch (error) {
    if (signal.aborted) throw error;
    return {
      attempt: done(null, late.aborted ? `It did not answer within ${patienceMs / 1000} s.` : (error as Error).message),
      outcome: 'again',
    };
  }
}

/** The first characters of an answer, printable. */
async function beginning(answer: AsyncIterable<Buffer> & { destroy(): void }): Promise<string> {
  let read = Buffer.alloc(0);
  try {
    for await (const chunk of answer) {
      read = Buffer.concat([read, chunk]);
      if (read.length >= 4 * SHOWN_CHARACTERS) break;
    }
  } catch {
    // What came until it broke off is shown.
  }
  answer.destroy();
  // NUL cannot be kept in the database.
  return [
    ...read
      .toString('utf8')
      .replace(/[\p{Cc}\ufffd]+/gu, ' ')
      .trim(),
  ]
    .slice(0, SHOWN_CHARACTERS)
    .join('');
}
