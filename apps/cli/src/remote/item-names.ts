// Names of downloaded videos, made from the ids of their items. An id is the caller's own text: it may hold slashes, be `..` or the name of a
// device, and two may differ in capitals only, which many file systems do not see. What had to be changed gets a part of a hash, so that names stay apart.
import { createHash } from 'node:crypto';

const LONGEST = 100;
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

export function fileNamer(): (id: string, extension: string) => string {
  const taken = new Map<string, string>();
  return (id, extension) => {
    const tame = id
      .normalize('NFC')
      .replace(/[^\p{L}\p{N}._ -]/gu, '_')
      .replace(/^[. -]+|[. ]+$/g, '_')
      .slice(0, LONGEST);
    const safe = DEVICES.test(tame) ? `_${tame}` : tame;
    const plain = safe === id && (taken.get(safe.toLowerCase()) ?? id) === id;
    const name = plain
      ? safe
      : `${safe.slice(0, LONGEST - 9)}-${createHash('sha256').update(id).digest('hex').slice(0, 8)}`;
    if (plain) taken.set(safe.toLowerCase(), id);
    return `${name}.${extension}`;
  };
}
