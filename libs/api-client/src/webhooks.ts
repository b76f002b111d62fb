// Signs and verifies webhooks. A separate entry point: browsers lack node:crypto.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { PortraitError } from '@portrait/contracts';

export const SIGNATURE_HEADER = 'portrait-signature';
/** Maximum age of a signature, in either direction. */
const TOLERANCE_SECONDS = 300;

const mac = (secret: string, seconds: number, body: string | Uint8Array): Buffer =>
  createHmac('sha256', secret).update(`${seconds}.`).update(body).digest();

/** Returns the header value. @param at ms since 1970 */
export function signWebhook(body: string, secret: string, at: number): string {
  const seconds = Math.floor(at / 1000);
  return `t=${seconds},v1=${mac(secret, seconds, body).toString('hex')}`;
}

/**
 * Detects replays of accepted messages. The provided implementation covers one process; several processes need a shared
 * table.
 */
export interface ReplayGuard {
  /** True for the first call with a signature. @param until ms since 1970; the entry may be dropped after that */
  first(signature: string, until: number): boolean | Promise<boolean>;
}

export interface VerifyOptions {
  /** Received bytes, unchanged: parsing and reserialising changes the signature. */
  body: string | Uint8Array;
  /** Value of the header `portrait-signature`. */
  header: string | undefined;
  /** The secret, or old and new secret during a rotation. */
  secret: string | readonly string[];
  toleranceSeconds?: number;
  /** Without it, replays within the tolerance are accepted. */
  replays?: ReplayGuard;
  /** ms since 1970. */
  now?: number;
}

/** Resolves when the message is genuine and fresh. @throws PortraitError UNAUTHENTICATED with the reason */
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
      'Every delivery is signed: check for a proxy that strips headers, or reject the sender.',
    );
  const parts = header.split(',').map((part) => part.trim().split('=') as [string, string?]);
  const time = parts.find(([name]) => name === 't')?.[1];
  const given = parts
    .filter(([name]) => name === 'v1')
    .map(([, value]) => value ?? '')
    .filter((value) => /^[0-9a-f]{64}$/.test(value));
  if (time === undefined || !/^\d{1,12}$/.test(time) || given.length === 0)
    throw refuse('its signature is malformed', 'Pass the header value unchanged.');
  const seconds = Number(time);
  const expected = (typeof secret === 'string' ? [secret] : secret).map((one) => mac(one, seconds, body));
  const genuine = given.find((value) => expected.some((one) => timingSafeEqual(one, Buffer.from(value, 'hex'))));
  // Check the signature first: the time of a forged message means nothing.
  if (genuine === undefined)
    throw refuse(
      'its signature does not match secret and body',
      'Pass the body unchanged, and the secret shown when the webhook was created or rotated.',
    );
  if (Math.abs(now / 1000 - seconds) > toleranceSeconds)
    throw refuse(
      `it was signed ${Math.round(now / 1000 - seconds)} s ago, more than ${toleranceSeconds} s of tolerance`,
      'Check the clock of this machine; otherwise the message is a replay.',
    );
  if (replays !== undefined && !(await replays.first(genuine, (seconds + toleranceSeconds) * 1000)))
    throw refuse('it was accepted before', 'Reject the message: a genuine retry has a new signature.');
}

/** A replay guard for a single process. */
export function replayGuardInMemory(now: () => number = Date.now): ReplayGuard {
  const seen = new Map<string, number>();
  return {
    first(signature, until) {
      for (const [old, end] of seen) {
        // Entries are in order of expiry.
        if (end >= now()) break;
        seen.delete(old);
      }
      if (seen.has(signature)) return false;
      seen.set(signature, until);
      return true;
    },
  };
}
