// Tells media from what a server sends instead of it: a page, a message, a listing. By the first bytes, as content types are often wrong.
// Whether the media can be read is for ffmpeg to say, later.
import { PortraitError } from '@portrait/contracts';
import { sniff, SNIFFED_BYTES, type Family } from '../uploads/sniff.js';

export interface Head {
  /** Where it was read in the end, after redirects. */
  url: string;
  contentType: string | null;
  bytes: number | null;
}

/** What may be fetched, and what it must look like. */
const WANTED = {
  'source-video': { families: ['video'], name: 'a video' },
  speech: { families: ['audio', 'video'], name: 'sound' },
  track: { families: ['json'], name: 'a track in JSON' },
  'background-media': { families: ['image', 'video'], name: 'a PNG, JPEG or WebP image or a video' },
} as const satisfies Record<string, { families: readonly Family[]; name: string }>;
export type WantedMedia = keyof typeof WANTED;
export const WANTED_MEDIA = Object.keys(WANTED) as readonly WantedMedia[];

/** Bytes a check needs to see, or all where there are fewer. */
export const FIRST_BYTES = SNIFFED_BYTES;

/** @throws PortraitError INPUT_UNREADABLE when it cannot be what it should be */
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
  const lookAtIt = 'Look at what the address gives in a browser where nobody is logged in.';
  if (first.length === 0) throw refuse('nothing', 'Look whether the file is empty.');
  if (found?.families.includes('web page'))
    throw refuse(
      'a web page (HTML)',
      'Give the address of the file itself, not of the page that shows it; a link that needs a login leads to a page.',
    );
  if (found !== null) throw refuse(found.name, lookAtIt);
  throw refuse(
    isText(first)
      ? `text (${contentType ?? 'no content type'})`
      : `something that is of no type known here (it begins with ${Buffer.from(first.subarray(0, 8)).toString('hex')})`,
    lookAtIt,
  );
}

/** Its mark reads as the first bytes of an MPEG frame. */
const isUtf16 = ([first, second]: Uint8Array): boolean =>
  (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);

function isText(first: Uint8Array): boolean {
  // The last character may be cut in two.
  return (
    isUtf16(first) ||
    !/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\ufffd]/.test(new TextDecoder('utf-8').decode(first, { stream: true }))
  );
}
