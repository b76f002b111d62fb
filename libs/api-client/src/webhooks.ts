// Signatures of webhooks: how a receiver checks them, and how the API makes them. An entry of its own, as browsers have no node:crypto.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { PortraitError } from '@portrait/contracts';

export const SIGNATURE_HEADER = 'portrait-signature';
/** A signature older or newer than this is refused, seconds. */
export const TOLERANCE_SECONDS = 300;

const mac = (secret: string, seconds: number, body: string | Uint8Array): Buffer =>
  createHmac('sha256', secret).update(`${seconds}.`).update(body).digest();

/** Value of the header. @param at ms since 1970 */
export function signWebhook(body: string, secret: string, at: number): string {
  const seconds = Math.floor(at / 1000);
  return `t=${seconds},v1=${mac(secret, seconds, body).toString('hex')}`;
}

/** Remembers what was accepted, so that the same message is not accepted twice while its signature is fresh. One process; others share a table. */
export interface ReplayGuard {
  /** True the first time. @param until ms since 1970; after that it need not be remembered */
  first(signature: string, until: number): boolean | Promise<boolean>;
}

export interface VerifyOptions {
  /** As received, byte for byte: a body that was parsed and written again has another signature. */
  body: string | Uint8Array;
  /** Value of the header `portrait-signature`. */
  header: string | undefined;
  /** The secret, or the old and the new one around a rotation. */
  secret: string | readonly string[];
  toleranceSeconds?: number;
  /** Left out: a message that is sent again within the tolerance is accepted again. */
  replays?: ReplayGuard;
  /** ms since 1970. */
  now?: number;
}

/** Returns when the message is genuine and fresh. @throws PortraitError UNAUTHENTICATED saying what is wrong */
export async function verifyWebhook({
  body,
  header,
  secret,
  toleranceSeconds = TOLERANCE_SECONDS,
  replays,
  now = Date.now(),
}: VerifyOptions): Promise<void> {
  const refuse = (why: string, hint: string): PortraitError =>
    new PortraitError('UNAUTHENTICATED', `The webhook is refused: ${why}.`, { hint });
  if (header === undefined)
    throw refuse(
      `it has no header ${SIGNATURE_HEADER}`,
      'All that the API tells is signed: this came from somewhere else, or lost its header on the way.',
    );
  const parts = header.split(',').map((part) => part.trim().split('=') as [string, string?]);
  const time = parts.find(([name]) => name === 't')?.[1];
  const given = parts
    .filter(([name]) => name === 'v1')
    .map(([, value]) => value ?? '')
    .filter((value) => /^[0-9a-f]{64}$/.test(value));
  if (time === undefined || !/^\d{1,12}$/.test(time) || given.length === 0)
    throw refuse('its signature is malformed', 'Give the value of the header as it came.');
  const seconds = Number(time);
  const expected = (typeof secret === 'string' ? [secret] : secret).map((one) => mac(one, seconds, body));
  const genuine = given.find((value) => expected.some((one) => timingSafeEqual(one, Buffer.from(value, 'hex'))));
  // Whether it is genuine comes first: the time of a forged message means nothing.
  if (genuine === undefined)
    throw refuse(
      'its signature is not of this secret and body',
      'Give the body as it came, and the secret shown when the webhook was made or rotated.',
    );
  if (Math.abs(now / 1000 - seconds) > toleranceSeconds)
    throw refuse(
      `it was signed ${Math.round(now / 1000 - seconds)} s ago, more than ${toleranceSeconds} s from now`,
      'It was sent again, or the clock of this machine is wrong.',
    );
  if (replays !== undefined && !(await replays.first(genuine, (seconds + toleranceSeconds) * 1000)))
    throw refuse('it was accepted before', 'It was sent again by someone else; an honest retry is signed anew.');
}

/** A replay guard in the memory of one process. */
export function replayGuardInMemory(now: () => number = Date.now): ReplayGuard {
  const seen = new Map<string, number>();
  return {
    first(signature, until) {
      for (const [old, end] of seen) {
        // Later ones last longer.
        if (end >= now()) break;
        seen.delete(old);
      }
      if (seen.has(signature)) return false;
      seen.set(signature, until);
      return true;
    },
  };
}
