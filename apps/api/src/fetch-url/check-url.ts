// Reads an address a caller gave: http or https, a port of the web, no credentials, a host written the plain way.
// Not here: where a name leads (guarded-request.ts); one that looks harmless may lead inside.
import { isIP, isIPv4 } from 'node:net';
import { PortraitError } from '@portrait/contracts';
import { refusedAddress, type Allowance } from './address-rules.js';

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };
const LONGEST = 2000;

/** @throws PortraitError INVALID_ARGUMENT */
export function checkUrl(text: string, allow: Allowance = {}): URL {
  const shown = JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
  const refuse = (
    why: string,
    hint = 'Give an http or https address that anybody on the internet can fetch.',
  ): PortraitError => new PortraitError('INVALID_ARGUMENT', `The address ${shown} is refused: ${why}.`, { hint });
  if (text.length > LONGEST) throw refuse(`it is longer than ${LONGEST} characters`);
  if (!URL.canParse(text)) throw refuse('it is no address');
  const url = new URL(text);
  const standard = PORTS[url.protocol];
  if (standard === undefined) throw refuse('it is neither http nor https');
  if (url.username !== '' || url.password !== '')
    throw new PortraitError('INVALID_ARGUMENT', 'The address is refused: it holds a user name or password.', {
      hint: 'Give a presigned address instead.',
    });
  const port = url.port === '' ? standard : Number(url.port);
  if (port !== 80 && port !== 443 && !(allow.ports ?? []).includes(port))
    throw refuse(`port ${port} is none of the web`, 'Serve it on port 80 or 443; an operator may allow others.');
  // The parser turns 0x7f.1, 017700000001 and full-width digits into 127.0.0.1; nobody writes an honest address like that.
  if (isIPv4(url.hostname) && writtenHost(text) !== url.hostname)
    throw refuse(
      'its host is a number in an unusual spelling',
      'Write the host as a name, or as four decimal numbers.',
    );
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  const refused = isIP(literal) === 0 ? null : refusedAddress(literal, allow);
  if (refused !== null) throw refuse(`its host is ${refused}`);
  return url;
}

function writtenHost(text: string): string | undefined {
  return /^\s*[a-z]+:[\\/]*([^\\/?#]*)/i.exec(text)?.[1]?.replace(/:\d*$/, '');
}
