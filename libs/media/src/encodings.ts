// The encodings we write, as ffmpeg arguments. One table, used by the writer of frames and by transcoding.
import { SCALE_FLAGS, type PixelFormat } from './read-frames.js';

/**
 * `ffv1`: lossless, Matroska. `h264`: MP4 for every player. `prores4444`: MOV with alpha for editors. `vp9-alpha`: WebM
 * with alpha for browsers.
 */
export type Encoding = 'ffv1' | 'h264' | 'prores4444' | 'vp9-alpha';

/** Fixed, so that the bytes do not depend on the number of cores. */
const ENCODER_THREADS = '4';
/** Rate of muxed sound: 48 kHz is what AAC and Opus players expect. */
export const MUX_SAMPLE_RATE = 48000;

const DEFAULT_CRF = { h264: 16, 'vp9-alpha': 18 } as const;

export function encoderArgs(encoding: Encoding, crf?: number): string[] {
  switch (encoding) {
    case 'ffv1':
      // Level 3 with slices: checksummed, and decoded by several threads. Golomb-Rice codes: 7 % larger than the range
      // coder, decoded in two thirds of the time.
      return [
        '-c:v',
        'ffv1',
        '-level',
        '3',
        '-coder',
        '0',
        '-context',
        '0',
        '-g',
        '1',
        '-slices',
        '4',
        '-slicecrc',
        '1',
        '-threads:v',
        ENCODER_THREADS,
      ];
    case 'h264':
      return [
        '-c:v',
        'libx264',
        '-preset',
        'medium',
        '-crf',
        String(crf ?? DEFAULT_CRF.h264),
        '-profile:v',
        'high',
        '-threads:v',
        ENCODER_THREADS,
        ...BT709,
      ];
    case 'prores4444':
      return [
        '-c:v',
        'prores_ks',
        '-profile:v',
        '4',
        '-alpha_bits',
        '16',
        '-vendor',
        'apl0',
        '-threads:v',
        ENCODER_THREADS,
        ...BT709,
      ];
    case 'vp9-alpha':
      // Alternate reference frames break the alpha plane's pairing; row threads are not bit-exact everywhere.
      return [
        '-c:v',
        'libvpx-vp9',
        '-crf',
        String(crf ?? DEFAULT_CRF['vp9-alpha']),
        '-b:v',
        '0',
        '-auto-alt-ref',
        '0',
        '-deadline',
        'good',
        '-cpu-used',
        '4',
        '-row-mt',
        '0',
        '-threads:v',
        ENCODER_THREADS,
        ...BT709,
      ];
  }
}

const BT709 = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv'];

/** Filter from the frames' layout to the encoder's. RGB becomes BT.709, which players assume and the tags say. */
export function colourArgs(encoding: Encoding, from: PixelFormat): string {
  const scale = `scale=flags=${SCALE_FLAGS}`;
  if (encoding === 'ffv1') return `${scale},format=${from === 'rgba' ? 'bgra' : from === 'gray' ? 'gray' : 'bgr0'}`;
  const target = encoding === 'h264' ? 'yuv420p' : encoding === 'prores4444' ? 'yuva444p10le' : 'yuva420p';
  return `${scale}:out_color_matrix=bt709:out_range=tv,format=${target}`;
}

/**
 * The bit rate a file states would come from its first piece, so that the same pictures joined from other pieces gave
 * other bytes.
 */
const NO_BIT_RATE = ['-write_btrt', '0'];

export function containerArgs(encoding: Encoding, metadata: Readonly<Record<string, string>>): string[] {
  const format = { ffv1: 'matroska', h264: 'mp4', prores4444: 'mov', 'vp9-alpha': 'webm' }[encoding];
  const faststart =
    encoding === 'h264' || encoding === 'prores4444'
      ? ['-movflags', '+faststart+use_metadata_tags', ...NO_BIT_RATE]
      : [];
  const tags = Object.keys(metadata)
    .sort()
    .flatMap((key) => ['-metadata', `${key}=${metadata[key]}`]);
  return [
    '-map_metadata',
    '-1',
    '-map_chapters',
    '-1',
    ...tags,
    '-fflags',
    '+bitexact',
    '-flags:v',
    '+bitexact',
    '-flags:a',
    '+bitexact',
    ...faststart,
    '-f',
    format,
  ];
}

/** Sound of exactly `seconds`, to the sample; at most stereo, which every container and player takes. */
export function audioTo(encoding: Encoding, seconds: number, filters: readonly string[] = []): string[] {
  const codec =
    encoding === 'vp9-alpha'
      ? ['-c:a', 'libopus', '-b:a', '128k']
      : encoding === 'ffv1'
        ? ['-c:a', 'pcm_s16le']
        : ['-c:a', 'aac', '-b:a', '192k'];
  const samples = Math.round(seconds * MUX_SAMPLE_RATE);
  const chain = [
    ...filters,
    `aresample=${MUX_SAMPLE_RATE}`,
    `apad=whole_len=${samples}`,
    `atrim=end_sample=${samples}`,
    'aformat=channel_layouts=mono|stereo',
  ];
  return ['-af', chain.join(','), ...codec];
}
