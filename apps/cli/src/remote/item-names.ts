// Derives file names of downloaded videos from item ids. An id is arbitrary text: it may contain slashes, be `..` or a
// device name, or differ from another only in case. A changed name gets part of a hash, to stay unique.
import { createHash } from 'node:crypto';

const MAX_NAME_LENGTH = 100;
const DEVICE_NAMES = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

export function fileNamer(): (id: string, extension: string) => string {
  const taken = new Map<string, string>();
  return (id, extension) => {
    const cleaned = id
      .normalize('NFC')
      .replace(/[^\p{L}\p{N}._ -]/gu, '_')
      .replace(/^[. -]+|[. ]+$/g, '_')
      .slice(0, MAX_NAME_LENGTH);
    const safe = DEVICE_NAMES.test(cleaned) ? `_${cleaned}` : cleaned;
    const plain = safe === id && (taken.get(safe.toLowerCase()) ?? id) === id;
    const name = plain
      ? safe
      : `${safe.slice(0, MAX_NAME_LENGTH - 9)}-${createHash('sha256').update(id).digest('hex').slice(0, 8)}`;
    if (plain) taken.set(safe.toLowerCase(), id);
    return `${name}.${extension}`;
  };
}
