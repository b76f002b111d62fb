// What stages hand to each other: immutable, content-addressed sets of named files.
// Not here: where the bytes lie (artifact-store) and how they are read (media, face, nerf).
import { z } from 'zod';

/** Kind → the files an artifact of that kind holds. The table is the documentation of the formats. */
export const ARTIFACT_KINDS = {
  'source-video': { files: ['source'], meaning: 'the video as given, any container and codec' },
  speech: { files: ['source'], meaning: 'driving audio as given, any container and codec' },
  clip: {
    files: ['video.mkv', 'audio.wav', 'clip.json'],
    meaning: '25 fps constant, square, FFV1; 16 kHz mono float; source, crop, cuts, grading',
  },
  labels: {
    files: ['labels.mkv', 'labels.json'],
    meaning: 'one 8-bit class map a frame: 0 background, 1 head, 2 neck, 3 torso; FFV1 gray',
  },
  background: { files: ['background.png'], meaning: 'the plate behind the person, RGB, size of the clip' },
  landmarks: {
    files: ['landmarks.npz', 'landmarks.json'],
    meaning:
      'points [F,478,3] px, blendshapes [F,52], matrix [F,16], found [F], eyeRatio [F] percent, ' +
      'eyeOpenness, mouthOpening, mouthWidth [F], faceRect, fullFaceRect, lipsRect, leftEyeRect, ' +
      'rightEyeRect [F,4] top left bottom right px',
  },
  poses: {
    files: ['transforms.json'],
    meaning: 'focal_len, cx, cy, frames of img_id, aud_id, transform_matrix (camera to world)',
  },
  'audio-features': {
    files: ['features.npy', 'features.json'],
    meaning: 'float32 [T,C] at 50 Hz; extractor name and version',
  },
  'torso-layer': {
    files: ['torso.mkv', 'torso.json'],
    meaning: 'lossless RGBA sequence (FFV1 bgra): neck and torso with the strips in-painted, alpha 0 or 255',
  },
  head: {
    files: ['head.safetensors', 'head.json'],
    meaning: 'head tensors fp32 under documented names; config and training summary',
  },
  torso: { files: ['torso.safetensors', 'torso.json'], meaning: 'torso tensors fp32; config and training summary' },
  track: { files: ['track.json'], meaning: 'a pose or eye track given by the user' },
  'background-media': { files: ['source'], meaning: 'an image or video given as background' },
  consent: { files: ['consent.json'], meaning: 'who agreed, whose face, when, for what purpose' },
  video: {
    files: ['*'],
    meaning: 'rendered video (video.mp4, video.mov or video.webm) and video.json with provenance',
  },
  report: {
    files: ['report.json', 'report.html', 'side-by-side.mp4'],
    meaning: 'held-out evaluation: figures, a page, and true beside rendered frames with sound',
  },
  comparison: {
    files: ['comparison.json'],
    meaning: 'a video that re-enacts the clip beside the clip: figures over all and over held-out frames',
  },
  preview: { files: ['*'], meaning: 'pictures for people: contact sheets, overlays, plots' },
  checkpoint: { files: ['*'], meaning: 'state of an unfinished stage' },
} as const satisfies Record<string, { files: readonly string[]; meaning: string }>;

export type ArtifactKind = keyof typeof ARTIFACT_KINDS;
export const artifactKindSchema = z.enum(Object.keys(ARTIFACT_KINDS) as [ArtifactKind, ...ArtifactKind[]]);

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'a sha256 in lower-case hex');
/** Plain file names only: no separators, no leading dot or dash. */
export const fileNameSchema = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/);

export const artifactRefSchema = z.object({
  kind: artifactKindSchema,
  /** sha256 of the canonical JSON of {kind, files}: equal content, equal digest. */
  digest: sha256Schema,
  files: z.record(fileNameSchema, z.object({ sha256: sha256Schema, bytes: z.number().int().nonnegative() })),
  run: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
});

export interface ArtifactFile {
  sha256: string;
  bytes: number;
}
export interface ArtifactRef<K extends ArtifactKind = ArtifactKind> {
  kind: K;
  digest: string;
  files: Record<string, ArtifactFile>;
  /**
   * Of a checkpoint: beginning of the key of the run it belongs to. Its bytes are that run's alone, since they go when
   * the run ends.
   */
  run?: string | undefined;
}

/** Writes files of a new artifact; nothing is visible to anyone before `commit`. */
export interface ArtifactDraft<K extends ArtifactKind = ArtifactKind> {
  /** Local path where the stage writes the file `name`. */
  path(name: string): string;
  writeJson(name: string, value: unknown): Promise<void>;
  write(name: string, bytes: Uint8Array | string): Promise<void>;
  /**
   * Hashes, moves into the store at once and returns the reference. Content that is already there is not stored twice.
   */
  commit(): Promise<ArtifactRef<K>>;
  /**
   * Removes what was written and not committed; nothing to do after `commit`. Runners call it for every draft of a
   * stage.
   */
  discard(): Promise<void>;
}

export interface ArtifactReaderWriter {
  /** Local, read-only path of a file of an artifact, verified against its digest. Valid while the stage runs. */
  path(ref: ArtifactRef, name: string): Promise<string>;
  readJson<T>(ref: ArtifactRef, name: string, schema?: { parse(value: unknown): T }): Promise<T>;
  create<K extends ArtifactKind>(kind: K): Promise<ArtifactDraft<K>>;
}
