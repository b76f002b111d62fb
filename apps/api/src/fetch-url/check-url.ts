// Validates an address given by a caller: http or https, port 80 or 443, no credentials, canonical host.
// guarded-request.ts checks the resolved addresses.
import { isIP, isIPv4 } from 'node:net';
import { PortraitError } from '@portrait/contracts';
import { refusedAddress, type Allowance } from './address-rules.js';

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };
const MAX_URL_CHARACTERS = 2000;

/** @throws PortraitError INVALID_ARGUMENT */
export function checkUrl(text: string, allow: Allowance = {}): URL {
  const shown = JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
  const refuse = (why: string, hint = 'Use a public http or https address.'): PortraitError =>
    new PortraitError('INVALID_ARGUMENT', `The address ${shown} is refused: ${why}.`, { hint });
  if (text.length > MAX_URL_CHARACTERS) throw refuse(`it is longer than ${MAX_URL_CHARACTERS} characters`);
  if (!URL.canParse(text)) throw refuse('it is not a valid URL');
  const url = new URL(text);
  const standard = PORTS[url.protocol];
  if (standard === undefined) throw refuse('it is neither http nor https');
  if (url.username !== '' || url.password !== '')
    throw new PortraitError('INVALID_ARGUMENT', 'The address is refused: it contains a user name or password.', {
      hint: 'Use a presigned address instead.',
    });
  const port = url.port === '' ? standard : Number(url.port);
  if (port !== 80 && port !== 443 && !(allow.ports ?? []).includes(port))
    throw refuse(
      `port ${port} is not allowed`,
      'Serve the file on port 80 or 443, or ask the operator to allow the port.',
    );
  // The URL parser turns 0x7f.1, 017700000001 and full-width digits into 127.0.0.1: such spellings only serve to bypass
  // filters.
  if (isIPv4(url.hostname) && hostAsWritten(text) !== url.hostname)
    throw refuse('its host is a number in an unusual spelling', 'Write the host as a name or as four decimal numbers.');
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  const refused = isIP(literal) === 0 ? null : refusedAddress(literal, allow);
  if (refused !== null) throw refuse(`its host is ${refused}`);
  return url;
}

function hostAsWritten(text: string): string | undefined {
  return /^\s*[a-z]+:[\\/]*([^\\/?#]*)/i.exec(text)?.[1]?.replace(/:\d*$/, '');
}
