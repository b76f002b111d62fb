// Schemas of the JSON files inside artifacts, shared by who writes and who reads them.
import { z } from 'zod';
import { CLIP_FPS, SAMPLE_RATE } from './rates.js';
import { findingSchema } from './stage.js';

export const clipJsonSchema = z.object({
  /** Side of the square picture, px, even. */
  size: z.number().int().positive(),
  fps: z.literal(CLIP_FPS),
  frames: z.number().int().positive(),
  sampleRate: z.literal(SAMPLE_RATE),
  samples: z.number().int().positive(),
  source: z.object({
    sha256: z.string(),
    container: z.string(),
    videoCodec: z.string(),
    audioCodec: z.string(),
    width: z.number(),
    height: z.number(),
    fps: z.number(),
    seconds: z.number(),
    rotation: z.number(),
  }),
  /** Crop taken from the (rotated) source, px, before scaling to `size`. */
  crop: z.object({ left: z.number(), top: z.number(), size: z.number() }),
  /** First frame of each segment after the first; poses and smoothing never cross these. */
  cuts: z.array(z.number().int()),
  /**
   * Sound minus picture of the recording, seconds, as measured; positive: the sound is late. null when it cannot be
   * measured.
   */
  avOffsetSeconds: z.number().nullable(),
  avOffsetCorrected: z.boolean(),
  findings: z.array(findingSchema),
});
export type ClipJson = z.infer<typeof clipJsonSchema>;

export const labelsJsonSchema = z.object({
  size: z.number().int(),
  frames: z.number().int(),
  classes: z.tuple([z.literal('background'), z.literal('head'), z.literal('neck'), z.literal('torso')]),
});
export type LabelsJson = z.infer<typeof labelsJsonSchema>;

export const landmarksJsonSchema = z.object({
  size: z.number().int(),
  frames: z.number().int(),
  /** Frames without a face, 0-based. Their rows are filled from neighbours of the same segment and found is 0. */
  missing: z.array(z.number().int()),
  /** Eye area over face-oval area that counts as 1 in `eyeOpenness`: the clip's 98th percentile. */
  eyeApertureScale: z.number().positive(),
  /** sha256 of the landmark model. */
  modelSha256: z.string(),
});
export type LandmarksJson = z.infer<typeof landmarksJsonSchema>;

/** Camera to world, OpenGL axes (x right, y up, camera looks along −z), head fixed at the origin of the world. */
export const transformsSchema = z.object({
  focal_len: z.number().positive(),
  cx: z.number(),
  cy: z.number(),
  w: z.number().int(),
  h: z.number().int(),
  /** Names nerfstudio-style tools read; equal to focal_len. */
  fl_x: z.number(),
  fl_y: z.number(),
  camera_model: z.literal('OPENCV'),
  /** World units per centimetre of the canonical face; the head fits the cube [-1,1]³. */
  scale: z.number().positive(),
  /** Canonical-face point (cm) at the origin of the world. */
  origin: z.tuple([z.number(), z.number(), z.number()]),
  /** Rigid landmarks of this person: canonical index → world position. */
  shape: z.array(z.object({ id: z.number().int(), xyz: z.tuple([z.number(), z.number(), z.number()]) })),
  /** Root mean square re-projection error of the rigid points, px. */
  rmse: z.number(),
  frames: z.array(
    z.object({
      img_id: z.number().int(),
      aud_id: z.number().int(),
      /** Where nerfstudio-style tools expect the exported picture. */
      file_path: z.string().optional(),
      transform_matrix: z.array(z.array(z.number()).length(4)).length(4),
      /** px; 0 where no face was seen. */
      rmse: z.number(),
      segment: z.number().int(),
      /** True where the pose was taken from neighbouring frames. */
      interpolated: z.boolean().optional(),
    }),
  ),
});
export type Transforms = z.infer<typeof transformsSchema>;

export const featuresJsonSchema = z.object({
  extractor: z.string(),
  version: z.number().int(),
  channels: z.number().int().positive(),
  length: z.number().int().nonnegative(),
  rate: z.literal(50),
  /** Duration of the audio, seconds. */
  seconds: z.number(),
  modelSha256: z.string(),
});
export type FeaturesJson = z.infer<typeof featuresJsonSchema>;

/**
 * Where a video comes from, so that it can be told from a recording. Written into the container and into video.json.
 */
export const provenanceSchema = z.object({
  synthetic: z.literal(true),
  software: z.string(),
  /** sha256 over the digests of everything that makes up the portrait. */
  portrait: z.string(),
  head: z.string(),
  torso: z.string(),
  /** sha256 of the consent record; null when none was given. */
  consent: z.string().nullable(),
  /** sha256 of the driving sound as given. */
  audio: z.string(),
  extractor: z.string(),
  seed: z.number(),
  badge: z.enum(['on', 'off']),
  /** Who decided that the badge is off, and why. */
  badgeDecision: z.string().nullable(),
});
export type Provenance = z.infer<typeof provenanceSchema>;

/** video.json, beside the file. */
export const videoJsonSchema = z.object({
  file: z.enum(['video.mp4', 'video.mov', 'video.webm']),
  /** Side, px. */
  size: z.int().positive(),
  fps: z.literal(CLIP_FPS),
  frames: z.int().positive(),
  /** Of a video of `total` frames these are [first, end). */
  total: z.int().positive(),
  first: z.int().min(0),
  end: z.int().positive(),
  /** Where in the speech the sound of frame `first` begins. */
  speechStartSeconds: z.number(),
  transparent: z.boolean(),
  provenance: provenanceSchema,
});
export type VideoJson = z.infer<typeof videoJsonSchema>;

export const consentSchema = z.strictObject({
  /** Who gives consent. */
  grantedBy: z.string().min(1),
  /** Whose face and voice it is about. */
  subject: z.string().min(1),
  /** ISO 8601 date or date-time of the statement. */
  date: z.iso.date().or(z.iso.datetime({ offset: true })),
  purpose: z.string().min(1),
  statement: z.string().min(1).optional(),
});
export type Consent = z.infer<typeof consentSchema>;
