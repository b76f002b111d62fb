// One tiny case for every stage of the graph: parameters that make it quick, and an input that it must refuse.
// A stage without a case does not compile.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactScope } from '@portrait/artifact-store';
import type { ArtifactKind, ArtifactRecord, ArtifactRef, ErrorCode, StageName } from '@portrait/contracts';
import { decodeNpy, encodeNpy, readNpz, writeNpz, openVideoWriter } from '@portrait/media';

export interface ContractCase {
  /** Given to the stage; everything else is its default. */
  params: Record<string, unknown>;
  bad: {
    what: string;
    code: ErrorCode;
    change(scope: ArtifactScope, inputs: Record<string, ArtifactRef>, folder: string): Promise<ArtifactRecord>;
  };
}

/** Nine of them are held out, one more than the evaluation asks for. */
export const FRAMES = 92;
export const SIZE = 128;

/** An artifact with one file changed; the rest is copied. */
async function altered<K extends ArtifactKind>(
  scope: ArtifactScope,
  ref: ArtifactRef<K>,
  name: string,
  change: (from: string, to: string) => Promise<void>,
): Promise<ArtifactRef<K>> {
  const { copyFile } = await import('node:fs/promises');
  const draft = await scope.create(ref.kind);
  for (const file of Object.keys(ref.files)) {
    const from = await scope.path(ref, file);
    if (file === name) await change(from, draft.path(file));
    else await copyFile(from, draft.path(file));
  }
  return draft.commit();
}

async function json(
  scope: ArtifactScope,
  ref: ArtifactRef,
  name: string,
  change: (value: Record<string, unknown>) => Record<string, unknown>,
): Promise<ArtifactRef> {
  const value = await scope.readJson<Record<string, unknown>>(ref, name);
  return altered(scope, ref, name, (_, to) => writeFile(to, JSON.stringify(change(value))));
}

const textFile = async (
  scope: ArtifactScope,
  kind: 'source-video' | 'speech',
  folder: string,
): Promise<ArtifactRef> => {
  const path = join(folder, 'notes.mp4');
  await writeFile(path, 'This is not a recording.\n'.repeat(50));
  return scope.importFile(kind, 'source', path);
};

/** The clip with every frame black: nobody in the picture. */
const blackClip = (scope: ArtifactScope, clip: ArtifactRef): Promise<ArtifactRef> =>
  altered(scope, clip, 'video.mkv', async (_, to) => {
    const writer = await openVideoWriter(to, {
      width: SIZE,
      height: SIZE,
      fps: 25,
      pixelFormat: 'rgb24',
      encoding: 'ffv1',
    });
    for (let i = 0; i < FRAMES; i++) await writer.write(new Uint8Array(SIZE * SIZE * 3));
    await writer.close();
  });

/** Landmarks of the first half of the frames only. */
const halfLandmarks = (scope: ArtifactScope, landmarks: ArtifactRef): Promise<ArtifactRef> =>
  altered(scope, landmarks, 'landmarks.npz', async (from, to) => {
    const arrays = await readNpz(from);
    const half = Object.entries(arrays).map(([name, array]) => {
      const rows = array.shape[0]!;
      const cut = {
        ...array,
        shape: [Math.floor(rows / 2), ...array.shape.slice(1)],
        data: array.data.slice(0, Math.floor(rows / 2) * (array.data.length / rows)),
      };
      return [name, decodeNpy(encodeNpy(cut as typeof array))] as const;
    });
    await writeNpz(to, Object.fromEntries(half));
  });

const shorterTrack = (scope: ArtifactScope, poses: ArtifactRef): Promise<ArtifactRef> =>
  json(scope, poses, 'transforms.json', (t) => ({ ...t, frames: (t['frames'] as unknown[]).slice(0, 20) }));
const otherExtractor = (scope: ArtifactScope, features: ArtifactRef): Promise<ArtifactRef> =>
  json(scope, features, 'features.json', (f) => ({ ...f, extractor: 'another-extractor' }));
const otherSize = (scope: ArtifactScope, clip: ArtifactRef): Promise<ArtifactRef> =>
  json(scope, clip, 'clip.json', (c) => ({ ...c, frames: FRAMES + 9 }));

export const CASES: Readonly<Record<StageName, ContractCase>> = {
  ingest: {
    params: {},
    bad: {
      what: "a text file with a video's name",
      code: 'INPUT_UNREADABLE',
      change: async (scope, inputs, folder) => ({ ...inputs, video: await textFile(scope, 'source-video', folder) }),
    },
  },
  landmarks: {
    params: {},
    bad: {
      what: 'a clip without a face',
      code: 'FACE_NOT_FOUND',
      change: async (scope, inputs) => ({ ...inputs, clip: await blackClip(scope, inputs['clip']!) }),
    },
  },
  'face-tracking': {
    params: {},
    bad: {
      what: 'landmarks of another clip',
      code: 'INCOMPATIBLE',
      change: async (scope, inputs) => ({ ...inputs, landmarks: await halfLandmarks(scope, inputs['landmarks']!) }),
    },
  },
  'audio-features': {
    params: {},
    bad: {
      what: "a text file with a video's name",
      code: 'INPUT_UNREADABLE',
      change: async (scope, inputs, folder) => ({ ...inputs, audio: await textFile(scope, 'speech', folder) }),
    },
  },
  'semantic-parsing': {
    params: {},
    bad: {
      what: 'a clip without a person',
      code: 'FACE_NOT_FOUND',
      change: async (scope, inputs) => ({ ...inputs, clip: await blackClip(scope, inputs['clip']!) }),
    },
  },
  'neck-inpainting': {
    params: {},
    bad: {
      what: 'a clip of another length',
      code: 'INCOMPATIBLE',
      change: async (scope, inputs) => ({ ...inputs, clip: await otherSize(scope, inputs['clip']!) }),
    },
  },
  'head-training': {
    params: {
      steps: 60,
      checkpointSteps: 20,
      evaluations: 1,
      evaluationFrames: 8,
      gate: 'warning',
      optim: { raysPerStep: 1024, framesPerStep: 4 },
    },
    bad: {
      what: 'a track of another clip',
      code: 'INCOMPATIBLE',
      change: async (scope, inputs) => ({ ...inputs, poses: await shorterTrack(scope, inputs['poses']!) }),
    },
  },
  'lips-finetuning': {
    params: {
      steps: 40,
      checkpointSteps: 10,
      evaluationFrames: 8,
      patchSize: 32,
      gate: 'warning',
      optim: { raysPerStep: 512, framesPerStep: 4 },
    },
    bad: {
      what: 'features of another extractor',
      code: 'INCOMPATIBLE',
      change: async (scope, inputs) => ({
        ...inputs,
        audioFeatures: await otherExtractor(scope, inputs['audioFeatures']!),
      }),
    },
  },
  'torso-training': {
    params: { steps: 60, checkpointSteps: 20, raysPerStep: 1024, framesPerStep: 4 },
    bad: {
      what: 'a clip of another length',
      code: 'INCOMPATIBLE',
      change: async (scope, inputs) => ({ ...inputs, clip: await otherSize(scope, inputs['clip']!) }),
    },
  },
  render: {
    params: { durationSeconds: 2, segmentFrames: 25 },
    bad: {
      what: 'features of another extractor',
      code: 'INCOMPATIBLE',
      change: async (scope, inputs) => ({
        ...inputs,
        audioFeatures: await otherExtractor(scope, inputs['audioFeatures']!),
      }),
    },
  },
  join: {
    params: {},
    bad: {
      what: 'a part that does not follow the one before it',
      code: 'INCOMPATIBLE',
      change: (_, inputs) => Promise.resolve({ ...inputs, 'parts.1': inputs['parts.0'] }),
    },
  },
  evaluate: {
    params: {},
    bad: {
      what: 'features of another extractor',
      code: 'INCOMPATIBLE',
      change: async (scope, inputs) => ({
        ...inputs,
        audioFeatures: await otherExtractor(scope, inputs['audioFeatures']!),
      }),
    },
  },
  compare: {
    params: {},
    bad: {
      what: 'a clip the video does not re-enact',
      code: 'INCOMPATIBLE',
      change: async (scope, inputs) => ({ ...inputs, clip: await otherSize(scope, inputs['clip']!) }),
    },
  },
};
