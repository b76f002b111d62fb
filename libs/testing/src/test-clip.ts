// Makes a clip artifact from the first frames of any video, for specs of the stages after ingest.
// It crops the middle square and does no grading.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CLIP_FPS, SAMPLE_RATE, type ArtifactReaderWriter, type ArtifactRef, type ClipJson } from '@portrait/contracts';

const run = promisify(execFile);

interface TestClipOptions {
  /** Default 75. */
  frames?: number;
  /** First frame of the video. Default 0. */
  start?: number;
  /** Side, px. Default 256. */
  size?: number;
  /** Extra ffmpeg video filters after scaling. */
  filters?: string[];
  cuts?: number[];
  ffmpeg?: string;
}

export async function makeTestClip(
  artifacts: Pick<ArtifactReaderWriter, 'create'>,
  video: string,
  options: TestClipOptions = {},
): Promise<ArtifactRef<'clip'>> {
  const { frames = 75, start = 0, size = 256, filters = [], cuts = [], ffmpeg = 'ffmpeg' } = options;
  const draft = await artifacts.create('clip');
  const input = ['-v', 'error', '-y', '-ss', String(start / CLIP_FPS), '-i', video];
  const square = [
    `fps=${CLIP_FPS}`,
    "crop='min(iw,ih)':'min(iw,ih)'",
    `scale=${size}:${size}:flags=bicubic+accurate_rnd+bitexact`,
  ];
  await run(ffmpeg, [
    ...input,
    '-an',
    '-frames:v',
    String(frames),
    '-vf',
    [...square, ...filters].join(','),
    '-pix_fmt',
    'bgr0',
    '-c:v',
    'ffv1',
    '-f',
    'matroska',
    draft.path('video.mkv'),
  ]);
  await run(ffmpeg, [
    ...input,
    '-vn',
    '-t',
    String(frames / CLIP_FPS),
    '-ac',
    '1',
    '-ar',
    String(SAMPLE_RATE),
    '-c:a',
    'pcm_f32le',
    '-f',
    'wav',
    draft.path('audio.wav'),
  ]);
  const clip: ClipJson = {
    size,
    fps: CLIP_FPS,
    frames,
    sampleRate: SAMPLE_RATE,
    samples: Math.round((frames / CLIP_FPS) * SAMPLE_RATE),
    source: {
      sha256: '0'.repeat(64),
      container: 'test',
      videoCodec: 'test',
      audioCodec: 'test',
      width: size,
      height: size,
      fps: CLIP_FPS,
      seconds: frames / CLIP_FPS,
      rotation: 0,
    },
    crop: { left: 0, top: 0, size },
    cuts,
    avOffsetSeconds: null,
    avOffsetCorrected: false,
    findings: [],
  };
  await draft.writeJson('clip.json', clip);
  return draft.commit();
}
