// Distinguishes media from HTML pages, messages and listings by their first bytes: content types are often wrong.
// ffmpeg decides later whether the media can be decoded.
import { PortraitError } from '@portrait/contracts';
import { sniff, SNIFFED_BYTES, type Family } from '../uploads/sniff.js';

export interface Head {
  /** Final address after redirects. */
  url: string;
  contentType: string | null;
  bytes: number | null;
}

/** Kinds that may be fetched, and the content each requires. */
const WANTED = {
  'source-video': { families: ['video'], name: 'a video' },
  speech: { families: ['audio', 'video'], name: 'sound' },
  track: { families: ['json'], name: 'a track in JSON' },
  'background-media': { families: ['image', 'video'], name: 'a PNG, JPEG or WebP image or a video' },
} as const satisfies Record<string, { families: readonly Family[]; name: string }>;
export type WantedMedia = keyof typeof WANTED;
export const WANTED_MEDIA = Object.keys(WANTED) as readonly WantedMedia[];

/** Bytes the check needs, or the whole file when it is shorter. */
export const FIRST_BYTES = SNIFFED_BYTES;

/** @throws PortraitError INPUT_UNREADABLE when the content does not fit the kind */
export function checkMedia(wanted: WantedMedia, { url, contentType }: Head, first: Uint8Array): void {
  const { families, name } = WANTED[wanted];
  const found = isUtf16(first) ? null : sniff(first);
  if (found !== null && (families as readonly Family[]).some((family) => found.families.includes(family))) return;
  const refuse = (what: string, hint: string): PortraitError =>
    new PortraitError(
      'INPUT_UNREADABLE',
      `The address ${new URL(url).origin} answered with ${what}, not with ${name}.`,
      { hint },
    );
  const lookAtIt = 'Open the address in a private browser window.';
  if (first.length === 0) throw refuse('nothing', 'Check that the file is not empty.');
  if (found?.families.includes('web page'))
    throw refuse(
      'a web page (HTML)',
      'Use the address of the file itself; links to a viewer or a login return a page.',
    );
  if (found !== null) throw refuse(found.name, lookAtIt);
  throw refuse(
    isText(first)
      ? `text (${contentType ?? 'no content type'})`
      : `an unknown file type (it begins with ${Buffer.from(first.subarray(0, 8)).toString('hex')})`,
    lookAtIt,
  );
}

/** The UTF-16 byte order mark looks like an MPEG frame. */
const isUtf16 = ([first, second]: Uint8Array): boolean =>
  (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);

function isText(first: Uint8Array): boolean {
  // `stream` tolerates a character cut off at the end.
  return (
    isUtf16(first) ||
    !/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\ufffd]/.test(new TextDecoder('utf-8').decode(first, { stream: true }))
  );
}
