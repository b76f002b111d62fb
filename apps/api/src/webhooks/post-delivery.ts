// Sends one delivery: a signed POST through the address guard. Any 2xx status is a success.
import { SIGNATURE_HEADER, signWebhook } from '@portrait/api-client/webhooks';
import type { DeliveryAttempt } from '../database/schema.js';
import { guardedRequest, type GuardOptions } from '../fetch-url/index.js';
import type { Claimed, Outcome } from './delivery-claims.js';

/** Limit for the receiver's response. */
const TIMEOUT_MS = 10_000;
const MAX_SHOWN_CHARACTERS = 200;
const HTTP_GONE = 410;

interface PostOptions {
  guard: GuardOptions;
  signal: AbortSignal;
  timeoutMs?: number;
}

/** Throws only when the signal aborts. */
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
  { guard, signal, timeoutMs = TIMEOUT_MS }: PostOptions,
): Promise<{ attempt: DeliveryAttempt; outcome: Outcome }> {
  const body = JSON.stringify(payload);
  const started = performance.now();
  const at = new Date();
  const late = AbortSignal.timeout(timeoutMs);
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
      idleMs: timeoutMs,
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
    const excerpt = await readBeginning(answer);
    const outcome = status === HTTP_GONE ? 'unwanted' : 'again';
    if (status >= 300 && status < 400)
      return { attempt: done(status, 'It answered with a redirect; use the final address.'), outcome };
    return { attempt: done(status, `It answered ${status}${excerpt === '' ? '.' : `: ${excerpt}`}`), outcome };
  } catch (error) {
    if (signal.aborted) throw error;
    return {
      attempt: done(null, late.aborted ? `It did not answer within ${timeoutMs / 1000} s.` : (error as Error).message),
      outcome: 'again',
    };
  }
}

/** The printable start of a response body. */
async function readBeginning(answer: AsyncIterable<Buffer> & { destroy(): void }): Promise<string> {
  let read = Buffer.alloc(0);
  try {
    for await (const chunk of answer) {
      read = Buffer.concat([read, chunk]);
      if (read.length >= 4 * MAX_SHOWN_CHARACTERS) break;
    }
  } catch {
    // Show what arrived before the connection broke.
  }
  answer.destroy();
  // PostgreSQL text cannot hold NUL.
  return [
    ...read
      .toString('utf8')
      .replace(/[\p{Cc}\ufffd]+/gu, ' ')
      .trim(),
  ]
    .slice(0, MAX_SHOWN_CHARACTERS)
    .join('');
}
