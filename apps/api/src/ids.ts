// Resource ids: a letter for the kind and 100 random bits in lower-case base32. A person id is also the person's scope
// in the store.
import { randomBytes } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const PREFIXES = {
  person: 'p',
  video: 'v',
  consent: 'c',
  upload: 'u',
  key: 'k',
  batch: 'b',
  webhook: 'w',
  delivery: 'd',
  erasure: 'e',
  request: 'r',
} as const;

/** Uniform: 256 is a multiple of 32. */
export const base32 = (letters: number): string =>
  Array.from(randomBytes(letters), (byte) => ALPHABET[byte & 31]).join('');

export const newId = (kind: keyof typeof PREFIXES): string => `${PREFIXES[kind]}_${base32(20)}`;
