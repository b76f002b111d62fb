// The text of an API key: 256 random bits behind a prefix that secret scanners recognise. Only its sha256 is stored.
import { createHash, randomBytes } from 'node:crypto';

const KEY = /^pk_[A-Za-z0-9_-]{43}$/;
const PREFIX_CHARACTERS = 9;

export const newKeyText = (): string => `pk_${randomBytes(32).toString('base64url')}`;
export const hashKey = (key: string): string => createHash('sha256').update(key).digest('hex');
export const keyPrefix = (key: string): string => key.slice(0, PREFIX_CHARACTERS);

/**
 * The key of a request, from `Authorization: Bearer pk_…` or `X-Api-Key: pk_…`.
 * Null when neither holds a well-formed key.
 */
export function readKey(headers: Readonly<Record<string, string | string[] | undefined>>): string | null {
  const bearer = /^Bearer +(\S+)$/i.exec(String(headers['authorization'] ?? ''))?.[1];
  const key = bearer ?? headers['x-api-key'];
  return typeof key === 'string' && KEY.test(key) ? key : null;
}
