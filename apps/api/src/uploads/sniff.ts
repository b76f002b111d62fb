// Detects the type of a file from its first bytes, to refuse web pages and documents early. The ingest stage decides
// whether it can be decoded.

export type Family = 'video' | 'audio' | 'image' | 'json' | 'web page' | 'document';

interface Sniffed {
  /** For messages: "a PNG image". */
  name: string;
  families: readonly Family[];
}

type Test = (bytes: Buffer, text: string) => boolean;

const begins =
  (...magic: number[]): Test =>
  (bytes) =>
    magic.every((byte, i) => bytes[i] === byte);
const says =
  (text: string, at = 0): Test =>
  (bytes) =>
    bytes.subarray(at, at + text.length).toString('latin1') === text;
const both =
  (...tests: Test[]): Test =>
  (bytes, text) =>
    tests.every((test) => test(bytes, text));
/** MPEG-TS packets of 188 bytes (192 with timestamps), each starting with 0x47. */
const packets =
  (size: number, at: number): Test =>
  (bytes) =>
    bytes.length > size + at && [0, 1, 2].every((i) => at + i * size >= bytes.length || bytes[at + i * size] === 0x47);

const av: readonly Family[] = ['video', 'audio'];
const KNOWN: readonly [name: string, families: readonly Family[], test: Test][] = [
  [
    'an MP4 or QuickTime file',
    av,
    (bytes) => ['ftyp', 'moov', 'mdat', 'wide', 'free'].includes(bytes.subarray(4, 8).toString('latin1')),
  ],
  ['a Matroska or WebM file', av, begins(0x1a, 0x45, 0xdf, 0xa3)],
  ['an AVI file', ['video'], both(says('RIFF'), says('AVI ', 8))],
  ['a WAV file', ['audio'], both(says('RIFF'), says('WAVE', 8))],
  ['an RF64 file', ['audio'], says('RF64')],
  ['a WebP image', ['image'], both(says('RIFF'), says('WEBP', 8))],
  ['an Ogg file', av, says('OggS')],
  ['a FLAC file', ['audio'], says('fLaC')],
  [
    'an AIFF file',
    ['audio'],
    both(says('FORM'), (bytes) => ['AIFF', 'AIFC'].includes(bytes.subarray(8, 12).toString('latin1'))),
  ],
  ['an ASF file', av, begins(0x30, 0x26, 0xb2, 0x75)],
  ['an FLV file', ['video'], says('FLV\x01')],
  ['an MXF file', ['video'], begins(0x06, 0x0e, 0x2b, 0x34)],
  ['an MPEG program stream', ['video'], begins(0, 0, 1, 0xba)],
  ['an MPEG video', ['video'], begins(0, 0, 1, 0xb3)],
  [
    'an MPEG transport stream',
    ['video'],
    (bytes, text) => packets(188, 0)(bytes, text) || packets(192, 4)(bytes, text),
  ],
  ['an AMR file', ['audio'], says('#!AMR')],
  ['a PNG image', ['image'], begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)],
  ['a JPEG image', ['image'], begins(0xff, 0xd8, 0xff)],
  ['a GIF image', [], says('GIF8')],
  ['a PDF', ['document'], says('%PDF')],
  ['a ZIP archive', ['document'], says('PK\x03\x04')],
  ['a web page', ['web page'], (_, text) => /^\s*(<!doctype html|<html|<head|<body|<script|<!--)/i.test(text)],
  ['an XML document', ['document'], (_, text) => /^\s*<\?xml/i.test(text)],
  ['an MP3 file', ['audio'], says('ID3')],
  // Frame headers without an ID3 tag: sync bits, valid layer and rate.
  [
    'an MP3 or AAC stream',
    ['audio'],
    (bytes) => bytes[0] === 0xff && (bytes[1]! & 0xe0) === 0xe0 && bytes.length > 3 && (bytes[2]! & 0xf0) !== 0xf0,
  ],
  ['JSON', ['json'], (_, text) => /^\s*[[{]/.test(text)],
];

export const SNIFFED_BYTES = 1024;

/** Null when the type is unknown. */
export function sniff(first: Uint8Array): Sniffed | null {
  const bytes = Buffer.from(first.buffer, first.byteOffset, first.byteLength);
  const text = bytes
    .subarray(0, 256)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  const found = KNOWN.find(([, , test]) => test(bytes, text));
  return found === undefined ? null : { name: found[0], families: found[1] };
}
