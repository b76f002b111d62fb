// Files that pretend to be media, for specs: playlists in disguise, drawings, bombs, archives. Each one points at a
// canary file beside it or at a file of the system; whoever reads it must open neither.
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32, deflateSync, gzipSync } from 'node:zlib';

const run = promisify(execFile);

export interface HostileFile {
  path: string;
  /** True for a file that is what it says and is only too large to be read. */
  tooLarge?: true;
}

const dash = (target: string, type = 'static'): string =>
  `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="${type}" mediaPresentationDuration="PT2S" minBufferTime="PT1S">` +
  `<Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>${target}</BaseURL>` +
  '</Representation></AdaptationSet></Period></MPD>';
const hls = (target: string): string => `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n${target}\n#EXT-X-ENDLIST\n`;
const liveHls = (target: string): string => `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n${target}\n`;
const concat = (target: string): string => `ffconcat version 1.0\nfile '${target}'\n`;
const svg = (target: string): string =>
  '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="64" height="64">' +
  `<image xlink:href="${target}" width="64" height="64"/></svg>`;
const smil = (target: string): string => `<smil><body><video src="${target}"/></body></smil>`;
const ismc = (target: string): string =>
  `<SmoothStreamingMedia MajorVersion="2" Duration="20"><StreamIndex Url="${target}"/></SmoothStreamingMedia>`;
const sdp = 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n';
const imf = (target: string): string =>
  '<?xml version="1.0"?><AssetMap ' +
  `xmlns="http://www.smpte-ra.org/schemas/429-9/2007/AM"><Path>${target}</Path></AssetMap>`;

/** An ID3 tag without content, as it stands in front of an MP3. */
const ID3 = Buffer.from([0x49, 0x44, 0x33, 3, 0, 0, 0, 0, 0, 0]);

function chunk(type: string, data: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length, 0);
  head.write(type, 4, 'latin1');
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(Buffer.concat([head.subarray(4), data])), 0);
  return Buffer.concat([head, data, sum]);
}

/** A gray 1-bit PNG of any size in few bytes. */
export function pngBomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const rows = deflateSync(Buffer.alloc(Math.min(height, 4096) * (1 + Math.ceil(width / 8))));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', new Uint8Array())]);
}

function box(type: string, ...content: (Uint8Array | string)[]): Buffer {
  const body = Buffer.concat(content.map((part) => Buffer.from(part as string)));
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

const pad = (text: string, bytes = 1500): Buffer => Buffer.concat([Buffer.from(text), Buffer.alloc(bytes, 0x0a)]);

/** Writes the corpus and its canaries into a folder. ffmpeg is used for the few files that have to be whole. */
export async function writeHostileFiles(folder: string): Promise<HostileFile[]> {
  const canary = join(folder, 'canary.mp4');
  const sound = join(folder, 'canary.wav');
  const picture = join(folder, 'canary.png');
  await run('ffmpeg', [
    ...['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=s=64x48:d=2', '-f', 'lavfi', '-i', 'sine=d=2', canary],
    ...['-map', '1:a', sound, '-map', '0:v', '-frames:v', '1', picture],
  ]);
  const files: HostileFile[] = [];
  const add = async (name: string, bytes: string | Uint8Array, tooLarge?: true): Promise<void> => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    files.push({ path, ...(tooLarge && { tooLarge }) });
  };
  const behindTag = (text: string): Buffer => Buffer.concat([ID3, pad(text)]);

  await add('dash-behind-free.mp4', pad(`<!--free-->${dash('canary.mp4')}`));
  await add('dash-behind-moov.mov', pad(`<!--moov-->${dash(canary)}`));
  await add('dash-behind-mdat.mp4', pad(`<!--mdat-->${dash(`file://${canary}`)}`));
  await add('dash-live.mp4', pad(`<!--free-->${dash('canary.mp4', 'dynamic')}`));
  await add('dash-plain.mp4', dash('canary.mp4'));
  await add('dash-in-free-box.mp4', Buffer.concat([box('free', pad(dash('canary.mp4'))), box('mdat', 'x')]));
  await add('hls-plain.mp4', hls('canary.mp4'));
  await add('hls-behind-tag.mp3', behindTag(hls('canary.wav')));
  await add('hls-live-behind-tag.mp3', behindTag(liveHls('canary.wav')));
  await add('hls-absolute-behind-tag.mp3', behindTag(hls(sound)));
  await add('hls-of-network.mp4', hls('http://127.0.0.1:9/secret.ts'));
  await add(
    'hls-key-file.mp3',
    behindTag(hls('canary.wav').replace('#EXTINF', '#EXT-X-KEY:METHOD=AES-128,URI="/etc/passwd"\n#EXTINF')),
  );
  await add('hls-of-system.mkv', hls('/etc/passwd'));
  await add('concat-plain.mkv', concat('canary.mp4'));
  await add('concat-behind-tag.mp3', behindTag(concat('canary.wav')));
  await add('concat-absolute-behind-tag.mp3', behindTag(concat(sound)));
  await add('concat-with-url.mp4', concat(`file:${canary}`));
  await add('concat-in-wave-name.wav', concat(sound));
  await add('svg-with-picture.png', svg('canary.png'));
  await add('svg-with-absolute-picture.png', svg(`file://${picture}`));
  await add('svg-with-system-file.jpg', svg('file:///etc/passwd'));
  await add(
    'svg-with-entity.webp',
    `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>${svg('&x;')}`,
  );
  await add('svg-of-any-size.png', '<svg xmlns="http://www.w3.org/2000/svg" width="99999" height="99999"/>');
  await add('smil.mp4', smil('canary.mp4'));
  await add('smooth-streaming.mp4', ismc('canary.mp4'));
  await add('session-description.wav', sdp);
  await add('imf.mxf', imf('canary.mp4'));
  await add('wide-picture.png', pngBomb(50_000, 50_000), true);
  await add('square-picture.png', pngBomb(16_384, 16_384), true);
  await add('zip.mp4', Buffer.from('504b0304140000000800', 'hex'));
  await add('gzip.mkv', gzipSync(Buffer.alloc(2 ** 20)));
  await add('tar-with-playlist.mp4', Buffer.concat([Buffer.from('index.m3u8'.padEnd(512, '\0')), pad(hls(canary))]));
  await add('matroska-then-playlist.mkv', Buffer.concat([Buffer.from([0x1a, 0x45, 0xdf, 0xa3]), pad(hls(canary))]));
  await add(
    'wave-then-playlist.wav',
    Buffer.concat([Buffer.from('RIFF\xff\xff\xff\x7fWAVE', 'latin1'), pad(concat(sound))]),
  );
  await add('png-then-playlist.png', Buffer.concat([pngBomb(8, 8).subarray(0, 8), pad(concat(picture))]));
  await add('ogg-then-playlist.ogg', Buffer.concat([Buffer.from('OggS'), pad(hls(sound))]));
  await add('reference-movie.mov', await referenceMovie(canary));
  return files;
}

/** A QuickTime file whose media lies in another file: its data reference says `url ` with a path. */
async function referenceMovie(target: string): Promise<Buffer> {
  const bytes = await readFile(target);
  const own = Buffer.from([0, 0, 0, 0x0c, 0x75, 0x72, 0x6c, 0x20, 0, 0, 0, 1]); // `url `, flag: data in this file
  let at = bytes.indexOf(own);
  while (at >= 0) {
    bytes[at + 11] = 0;
    at = bytes.indexOf(own, at + 1);
  }
  return bytes;
}
