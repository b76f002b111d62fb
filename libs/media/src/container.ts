// What a file is, from its first bytes, and the one demuxer that may read it. ffmpeg's own guess is never asked: its
// playlist demuxers (DASH, HLS, concat, …) open other files, and text hidden in a media file is enough to reach them.
import { open } from 'node:fs/promises';
import { PortraitError } from '@portrait/contracts';
import { checkInputFile, fileUrl } from './ffmpeg.js';
import { limit } from './limits.js';

export interface Container {
  /** Name of ffmpeg's demuxer; null where only the image reader knows the type. */
  demuxer: string | null;
  /** True for still (or animated) pictures. */
  picture: boolean;
}

/** First bytes of a file, and how many it has. */
interface Head {
  bytes: Buffer;
  fileBytes: number;
}

const HEAD_BYTES = 1024;
/** Tags come one after the other in badly edited files; more than this many is no sound file. */
const MAX_ID3_TAGS = 4;

type Test = (head: Head) => boolean;

const begins =
  (...magic: number[]): Test =>
  ({ bytes }) =>
    magic.every((byte, i) => bytes[i] === byte);
const says =
  (text: string, at = 0): Test =>
  ({ bytes }) =>
    bytes.toString('latin1', at, at + text.length) === text;
const riff =
  (form: string): Test =>
  (head) =>
    says('RIFF')(head) && says(form, 8)(head);
/** Packets of `size` bytes that each begin with 0x47, the first one at `at`. */
const packets =
  (size: number, at: number): Test =>
  ({ bytes }) =>
    bytes.length > at + size && [0, 1, 2].every((i) => at + i * size >= bytes.length || bytes[at + i * size] === 0x47);

/** Boxes a file may begin with. Whole boxes lie inside the file; `<!--free-->` does not pass for one. */
const FIRST_BOXES = ['ftyp', 'free', 'skip', 'wide', 'pnot'];
const FIRST_LONG_BOXES = ['moov', 'mdat'];
const IMAGE_BRANDS = ['avif', 'avis', 'mif1', 'msf1', 'heic', 'heix'];

function isIsoMedia({ bytes, fileBytes }: Head): boolean {
  if (bytes.length < 8) return false;
  const type = bytes.toString('latin1', 4, 8);
  const size = bytes.readUInt32BE(0);
  return FIRST_LONG_BOXES.includes(type) || (FIRST_BOXES.includes(type) && size >= 8 && size <= fileBytes);
}
const isIsoImage: Test = (head) =>
  isIsoMedia(head) && says('ftyp', 4)(head) && IMAGE_BRANDS.includes(head.bytes.toString('latin1', 8, 12));

/** Sync bits, then the layer: 0 is ADTS AAC, 1 to 3 are MPEG audio. */
const mpegAudio =
  (layers: (layer: number) => boolean): Test =>
  ({ bytes }) =>
    bytes.length > 3 &&
    bytes[0] === 0xff &&
    (bytes[1]! & 0xe0) === 0xe0 &&
    (bytes[2]! & 0xf0) !== 0xf0 &&
    layers((bytes[1]! >> 1) & 3);

const PICTURES: readonly (readonly [demuxer: string | null, test: Test])[] = [
  ['png_pipe', begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)],
  ['jpeg_pipe', begins(0xff, 0xd8, 0xff)],
  ['webp_pipe', riff('WEBP')],
  ['gif', says('GIF8')],
  [null, isIsoImage],
];

const MEDIA: readonly (readonly [demuxer: string, test: Test])[] = [
  ['mov', isIsoMedia],
  ['matroska', begins(0x1a, 0x45, 0xdf, 0xa3)],
  ['avi', riff('AVI ')],
  ['wav', riff('WAVE')],
  ['wav', says('RF64')],
  ['w64', begins(0x72, 0x69, 0x66, 0x66, 0x2e, 0x91)],
  ['ogg', says('OggS')],
  ['flac', says('fLaC')],
  ['aiff', (head) => says('FORM')(head) && (says('AIFF', 8)(head) || says('AIFC', 8)(head))],
  ['caf', says('caff')],
  ['au', says('.snd')],
  ['wv', says('wvpk')],
  ['amr', says('#!AMR')],
  ['asf', begins(0x30, 0x26, 0xb2, 0x75)],
  ['flv', says('FLV\x01')],
  ['mxf', begins(0x06, 0x0e, 0x2b, 0x34)],
  ['mpeg', begins(0, 0, 1, 0xba)],
  ['mpegvideo', begins(0, 0, 1, 0xb3)],
  ['dv', begins(0x1f, 0x07, 0x00)],
  ['ivf', says('DKIF')],
  ['yuv4mpegpipe', says('YUV4MPEG2')],
  ['nut', says('nut/multimedia')],
  ['ac3', begins(0x0b, 0x77)],
  ['mpegts', packets(188, 0)],
  ['mpegts', packets(192, 4)],
  ['aac', mpegAudio((layer) => layer === 0)],
  ['mp3', mpegAudio((layer) => layer !== 0)],
];

/** Throws NOT_FOUND, INPUT_UNREADABLE (folder, empty, a type that is not read here). */
export async function identifyFile(path: string): Promise<Container> {
  await checkInputFile(path);
  const file = await open(path);
  try {
    const { size: fileBytes } = await file.stat();
    const headAt = async (position: number): Promise<Head> => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, position);
      return { bytes: buffer.subarray(0, bytesRead), fileBytes };
    };
    const head = await headAt(0);
    const picture = PICTURES.find(([, test]) => test(head));
    if (picture) return { demuxer: picture[0], picture: true };
    const media = says('ID3')(head) ? behindTags(headAt, head) : demuxerOf(head);
    const demuxer = await media;
    if (demuxer !== undefined) return { demuxer, picture: false };
  } finally {
    await file.close();
  }
  throw new PortraitError('INPUT_UNREADABLE', `${path} cannot be decoded: no video, sound or picture begins like it.`, {
    at: { file: path },
    hint: 'Check that it plays in a media player; give MP4, MOV, MKV, WebM, AVI, WAV, MP3, M4A, FLAC or Ogg.',
  });
}

const demuxerOf = (head: Head): string | undefined => MEDIA.find(([, test]) => test(head))?.[0];

/**
 * ID3 tags stand before MP3, and sometimes before AAC and FLAC. Anything else behind them is left to the MP3 reader.
 */
async function behindTags(headAt: (position: number) => Promise<Head>, first: Head): Promise<string> {
  let head = first;
  let position = 0;
  for (let tags = 0; tags < MAX_ID3_TAGS && says('ID3')(head); tags += 1) {
    const [a, b, c, d] = head.bytes.subarray(6, 10);
    position += 10 + (((a ?? 0) << 21) | ((b ?? 0) << 14) | ((c ?? 0) << 7) | (d ?? 0));
    head = await headAt(position);
  }
  const demuxer = demuxerOf(head);
  return demuxer === 'aac' || demuxer === 'flac' ? demuxer : 'mp3';
}

/**
 * Arguments that open one file as what it is, in ffmpeg and ffprobe alike: no other demuxer, no protocol but `file`, no
 * picture beyond the limit. Throws what `identifyFile` throws.
 */
export async function inputArgs(path: string, before: readonly string[] = []): Promise<string[]> {
  const { demuxer } = await identifyFile(path);
  if (demuxer === null)
    throw new PortraitError('INPUT_NO_VIDEO', `${path} is a picture of a type that is read as a still only.`, {
      at: { file: path },
      hint: 'Give a video or sound file.',
    });
  const bounds = ['-protocol_whitelist', 'file', '-format_whitelist', demuxer, '-max_pixels', pixelBound()];
  return [...bounds, ...before, '-f', demuxer, '-i', fileUrl(path)];
}

/** A little above the limit, so that the refusal is ours, in words. Frames are padded to whole blocks. */
const pixelBound = (): string => String(Math.min(2 ** 31 - 1, Math.ceil(limit('maxPixels') * 1.1)));
