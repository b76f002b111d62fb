// Tells media from what a server sends instead of it: a page, a message, a listing. By the first bytes, as content types are often wrong.
// Whether the media can be read is for ffmpeg to say, later.
import { PortraitError } from '@portrait/contracts';
import type { UploadKind } from '@portrait/contracts/api';

export interface Head {
  /** Where it was read in the end, after redirects. */
  url: string;
  contentType: string | null;
  bytes: number | null;
}

/** Bytes a check needs to see, or all where there are fewer. */
export const FIRST_BYTES = 512;

const ascii = (first: Uint8Array, from: number, text: string): boolean => Buffer.from(first.subarray(from, from + text.length)).toString('latin1') === text;
const bytes = (first: Uint8Array, ...values: number[]): boolean => values.every((value, index) => first[index] === value);

const SIGNATURES: Readonly<Record<'sound' | 'picture' | 'image', readonly ((first: Uint8Array) => boolean)[]>> = {
  // WAV, AIFF, FLAC, MP3 with and without tag, ADTS, AMR, CAF, W64. FF FE is the mark of UTF-16.
  sound: [
    (b) => ascii(b, 0, 'RIFF') && ascii(b, 8, 'WAVE'), (b) => ascii(b, 0, 'RF64'), (b) => ascii(b, 0, 'FORM') && ascii(b, 8, 'AIF'), (b) => ascii(b, 0, 'fLaC'), (b) => ascii(b, 0, 'ID3'),
    (b) => b[0] === 0xff && (b[1]! & 0xe0) === 0xe0 && b[1] !== 0xfe, (b) => ascii(b, 0, '#!AMR'), (b) => ascii(b, 0, 'caff'), (b) => ascii(b, 0, 'riff'),
  ],
  // MP4 and MOV, Matroska and WebM, Ogg, AVI, ASF, MPEG program and transport streams, FLV, MXF: they hold sound as well
  picture: [
    (b) => ['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip'].some((box) => ascii(b, 4, box)), (b) => bytes(b, 0x1a, 0x45, 0xdf, 0xa3), (b) => ascii(b, 0, 'OggS'), (b) => ascii(b, 0, 'RIFF') && ascii(b, 8, 'AVI '),
    (b) => bytes(b, 0x30, 0x26, 0xb2, 0x75), (b) => bytes(b, 0, 0, 1, 0xba), (b) => bytes(b, 0, 0, 1, 0xb3), (b) => b[0] === 0x47 && b[188] === 0x47, (b) => ascii(b, 0, 'FLV'), (b) => bytes(b, 0x06, 0x0e, 0x2b, 0x34),
  ],
  image: [(b) => bytes(b, 0x89, 0x50, 0x4e, 0x47), (b) => bytes(b, 0xff, 0xd8, 0xff), (b) => ascii(b, 0, 'RIFF') && ascii(b, 8, 'WEBP')],
};
const FITTING: Readonly<Record<UploadKind, readonly (keyof typeof SIGNATURES)[]>> = { video: ['picture'], audio: ['sound', 'picture'], image: ['image'], track: [] };
const NAMES: Readonly<Record<UploadKind, string>> = { video: 'a video', audio: 'sound', image: 'a PNG, JPEG or WebP image', track: 'a track in JSON' };

/** @throws PortraitError INPUT_UNREADABLE when it cannot be what it should be */
export function checkMedia(kinds: readonly UploadKind[], { url, contentType }: Head, first: Uint8Array): void {
  const wanted = kinds.map((kind) => NAMES[kind]).join(' or ');
  const refuse = (what: string, hint: string): never => {
    throw new PortraitError('INPUT_UNREADABLE', `The address ${new URL(url).origin} answered with ${what}, not with ${wanted}.`, { hint });
  };
  if (first.length === 0) refuse('nothing', 'Look whether the file is empty.');
  if (kinds.some((kind) => FITTING[kind].some((family) => SIGNATURES[family].some((matches) => matches(first))))) return;
  const text = textOf(first);
  if (text !== null && /^\s*<(!doctype html|html|head|body|script|meta|!--)/i.test(text)) refuse('a web page (HTML)', 'Give the address of the file itself, not of the page that shows it; a link that needs a login leads to a page.');
  if (kinds.includes('track') && text !== null && /^\s*[[{]/.test(text)) return;
  if (text !== null) refuse(`text (${contentType ?? 'no content type'})`, 'Look at what the address gives in a browser where nobody is logged in.');
  if (kinds.every((kind) => kind === 'image' || kind === 'track')) refuse('something else', `Give ${wanted}.`);
  // Rare containers have no signature here; a server that names another family of types is believed.
  if (/^(text|image|font)\/|^application\/(json|xml|pdf|zip)/.test(contentType ?? '')) refuse(`${contentType}`, 'Look at what the address gives in a browser where nobody is logged in.');
}

/** The bytes as text, null when they are not. */
function textOf(first: Uint8Array): string | null {
  const encoding = bytes(first, 0xff, 0xfe) ? 'utf-16le' : bytes(first, 0xfe, 0xff) ? 'utf-16be' : 'utf-8';
  // The last character may be cut in two.
  const text = new TextDecoder(encoding).decode(first, { stream: true });
  return /[\u0000-\u0008\u000e-\u001a\u001c-\u001f\ufffd]/.test(text) ? null : text;
}
