// A made-up portrait for specs: artifacts of the right form with numbers invented here, and a renderer that draws what
// it is told to into the frame. No face, no network; it proves the stage's own logic and nothing about pictures.
import type { ArtifactRef, RenderInputs } from '@portrait/contracts';
import { encodePng, encodeWav, writeNpz } from '@portrait/media';
import type { openTestScope } from '@portrait/stage-kit';
import type { FrameRenderer, FrameRequest } from './frame-renderer.js';
import { cameraToWorldOf, headPoseOf, moveHead } from './head-pose.js';

type Scope = Awaited<ReturnType<typeof openTestScope>>;

export const SIZE = 64;
/** Frames of the made-up clip, with a cut before frame 40: segments of 40 and 20 frames. */
export const CLIP_FRAMES = 60;
export const SAMPLE_RATE = 48000;

const frontal = headPoseOf([
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 1, 3.3],
  [0, 0, 0, 1],
]);

export function madeUpTransforms() {
  return {
    focal_len: 175,
    cx: 32,
    cy: 32,
    w: SIZE,
    h: SIZE,
    fl_x: 175,
    fl_y: 175,
    camera_model: 'OPENCV' as const,
    scale: 0.0345,
    origin: [0, 0, 0] as [number, number, number],
    shape: [],
    rmse: 0.8,
    frames: Array.from({ length: CLIP_FRAMES }, (_, k) => ({
      img_id: k,
      aud_id: k,
      rmse: 0.8,
      segment: k < 40 ? 0 : 1,
      transform_matrix: cameraToWorldOf(
        moveHead(frontal, { yaw: 6 * Math.sin(k / 6), pitch: 2 * Math.cos(k / 9), roll: k < 40 ? 0 : 3 }, [
          0.002 * k,
          0,
          0,
        ]),
      ),
    })),
  };
}

/** Eyes open at 0.4 with a blink around frame 20. */
export const madeUpEyes = (): Float32Array =>
  Float32Array.from({ length: CLIP_FRAMES }, (_, k) => (Math.abs(k - 20) < 3 ? 0.1 : 0.4));

/** A tone that changes with every moment, so that a shift by one sample lowers its correlation. */
export function chirp(seconds: number): Float32Array {
  return Float32Array.from(
    { length: Math.round(seconds * SAMPLE_RATE) },
    (_, k) =>
      0.5 *
      Math.sin(2 * Math.PI * (300 + 900 * (k / SAMPLE_RATE)) * (k / SAMPLE_RATE)) *
      (0.6 + 0.4 * Math.sin(k / 2500)),
  );
}

export async function madeUpPortrait(scope: Scope, seconds: number): Promise<RenderInputs> {
  const artifact = async <K extends Parameters<Scope['create']>[0]>(
    kind: K,
    files: Record<string, unknown>,
  ): Promise<ArtifactRef<K>> => {
    const draft = await scope.create(kind);
    for (const [name, content] of Object.entries(files)) {
      if (content instanceof Uint8Array) await draft.write(name, content);
      else await draft.writeJson(name, content);
    }
    return draft.commit();
  };
  const plate = new Uint8Array(SIZE * SIZE * 3).fill(60);
  const landmarks = await scope.create('landmarks');
  await writeNpz(landmarks.path('landmarks.npz'), {
    eyeOpenness: { shape: [CLIP_FRAMES], dtype: 'float32', data: madeUpEyes() },
    mouthOpening: { shape: [CLIP_FRAMES], dtype: 'float32', data: new Float32Array(CLIP_FRAMES).fill(0.02) },
    found: { shape: [CLIP_FRAMES], dtype: 'uint8', data: new Uint8Array(CLIP_FRAMES).fill(1) },
  });
  await landmarks.writeJson('landmarks.json', {});
  const source = {
    sha256: '0'.repeat(64),
    container: 'mp4',
    videoCodec: 'h264',
    audioCodec: 'aac',
    width: SIZE,
    height: SIZE,
    fps: 25,
    seconds: CLIP_FRAMES / 25,
    rotation: 0,
  };
  return {
    head: await artifact('head', {
      'head.safetensors': new Uint8Array(8),
      'head.json': {
        format: 1,
        extractor: { name: 'moonshine-tiny-l3', version: 1 },
        size: SIZE,
        eye: { closed: 0.1, open: 0.4, wide: 0.5 },
      },
    }),
    torso: await artifact('torso', { 'torso.safetensors': new Uint8Array(9), 'torso.json': { format: 1, size: SIZE } }),
    poses: await artifact('poses', { 'transforms.json': madeUpTransforms() }),
    landmarks: await landmarks.commit(),
    background: await artifact('background', {
      'background.png': await encodePng({ width: SIZE, height: SIZE, channels: 3, data: plate }),
    }),
    clip: await artifact('clip', {
      'video.mkv': new Uint8Array(1),
      'audio.wav': encodeWav(chirp(CLIP_FRAMES / 25), SAMPLE_RATE),
      'clip.json': {
        size: SIZE,
        fps: 25,
        frames: CLIP_FRAMES,
        sampleRate: 16000,
        samples: CLIP_FRAMES * 640,
        source,
        crop: { left: 0, top: 0, size: SIZE },
        cuts: [40],
        avOffsetSeconds: null,
        avOffsetCorrected: false,
        findings: [],
      },
    }),
    audioFeatures: await features(scope, seconds),
    speech: await artifact('speech', { source: encodeWav(chirp(seconds), SAMPLE_RATE) }),
  };
}

/** The parts that portraits of earlier versions do not have. */
export async function laterParts(scope: Scope): Promise<Pick<RenderInputs, 'labels' | 'torsoLayer' | 'clipFeatures'>> {
  const facts = { size: SIZE, frames: CLIP_FRAMES };
  const labels = await scope.create('labels');
  await labels.write('labels.mkv', new Uint8Array(1));
  await labels.writeJson('labels.json', facts);
  const torsoLayer = await scope.create('torso-layer');
  await torsoLayer.write('torso.mkv', new Uint8Array(1));
  await torsoLayer.writeJson('torso.json', facts);
  return {
    labels: await labels.commit(),
    torsoLayer: await torsoLayer.commit(),
    clipFeatures: await features(scope, CLIP_FRAMES / 25),
  };
}

export async function features(
  scope: Scope,
  seconds: number,
  extractor = 'moonshine-tiny-l3',
): Promise<ArtifactRef<'audio-features'>> {
  const draft = await scope.create('audio-features');
  await draft.write('features.npy', new Uint8Array(1));
  await draft.writeJson('features.json', {
    extractor,
    version: 1,
    channels: 4,
    length: Math.floor(seconds * 50),
    rate: 50,
    seconds,
    modelSha256: '0'.repeat(64),
  });
  return draft.commit();
}

export interface RendererLog {
  requests: FrameRequest[];
  closed: number;
}

/** Draws the request as a picture: bars whose lengths are the numbers it was given. */
export function drawingRenderer(
  log: RendererLog,
  before: (request: FrameRequest) => Promise<void> | void = () => undefined,
): FrameRenderer {
  return {
    size: SIZE,
    async render(request) {
      await before(request);
      log.requests.push(request);
      const channels = request.backdrop || request.base ? 3 : 4;
      const frame = new Uint8Array(SIZE * SIZE * channels);
      const bars = [request.cameraToWorld[0]![3]! * 40 + 32, request.eye * 50, (request.speechFrame * 2) % SIZE];
      for (let y = 0; y < SIZE; y++) {
        for (let x = 0; x < SIZE; x++) {
          const inside = y < 48 && x < bars[y >> 4]!;
          for (let c = 0; c < channels; c++) {
            frame[(y * SIZE + x) * channels + c] =
              c === 3 ? (inside ? 255 : 0) : inside ? 200 - 40 * c : (request.backdrop?.[(y * SIZE + x) * 3 + c] ?? 0);
          }
        }
      }
      return frame;
    },
    close() {
      log.closed++;
      return Promise.resolve();
    },
  };
}
