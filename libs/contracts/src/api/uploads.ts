// Schemas of uploads. Clients send parts directly to the store and resume with the missing parts.
import { z } from 'zod';
import { pageOf, timeSchema } from './common.js';

export const UPLOAD_KINDS = ['video', 'audio', 'image', 'track'] as const;
export type UploadKind = (typeof UPLOAD_KINDS)[number];
export const UPLOAD_STATUSES = ['open', 'complete', 'used', 'aborted'] as const;

/** Size limits by kind. */
export const MAX_UPLOAD_BYTES: Readonly<Record<UploadKind, number>> = {
  video: 16 * 2 ** 30,
  audio: 2 * 2 ** 30,
  image: 100 * 2 ** 20,
  track: 100 * 2 ** 20,
};

/** Accepted content types by kind. */
export const CONTENT_TYPES: Readonly<Record<UploadKind, RegExp>> = {
  video: /^video\/[\w.+-]+$|^application\/(mp4|x-matroska|mxf)$/,
  audio: /^(audio|video)\/[\w.+-]+$|^application\/ogg$/,
  image: /^image\/(png|jpeg|webp)$/,
  track: /^application\/json$/,
};

export const createUploadSchema = z
  .strictObject({
    kind: z
      .enum(UPLOAD_KINDS)
      .describe('video (training or background), audio (speech), image (background), track (pose or eyes, JSON)'),
    personId: z.string().min(1).max(100).optional().describe('owner; omit for the training video of a new person'),
    bytes: z.int().min(1).describe('size of the whole file'),
    contentType: z
      .string()
      .max(100)
      .regex(/^[\w.+-]+\/[\w.+-]+$/, 'must be a content type like video/mp4')
      .toLowerCase()
      .describe('for example video/mp4'),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be a sha256 in lower-case hex')
      .optional()
      .describe('other content is refused'),
  })
  .superRefine(({ kind, personId, bytes, contentType }, ctx) => {
    const article = kind === 'audio' || kind === 'image' ? 'an' : 'a';
    const mistake = (path: string, message: string): void => ctx.addIssue({ code: 'custom', path: [path], message });
    if (bytes > MAX_UPLOAD_BYTES[kind]) mistake('bytes', `must be at most ${MAX_UPLOAD_BYTES[kind]} for kind ${kind}`);
    if (!CONTENT_TYPES[kind].test(contentType))
      mistake('contentType', `${contentType} is not the type of ${article} ${kind}`);
    if (personId === undefined && kind !== 'video') mistake('personId', `is required for ${article} ${kind}`);
  });

export const uploadPartSchema = z.object({
  number: z.int(),
  bytes: z.number(),
  done: z.boolean().describe('true when the store has the part'),
  url: z
    .string()
    .nullable()
    .describe('PUT the bytes from (number - 1) × partBytes here, without a key; null when done'),
});
export const uploadViewSchema = z.object({
  id: z.string(),
  kind: z.enum(UPLOAD_KINDS),
  personId: z.string().nullable(),
  status: z.enum(UPLOAD_STATUSES).describe('used: it belongs to a person and cannot be used again'),
  bytes: z.number(),
  contentType: z.string(),
  sha256: z.string().nullable(),
  partBytes: z.number().nullable(),
  parts: z.array(uploadPartSchema).describe('parts of an open upload'),
  linksExpireAt: timeSchema.nullable().describe('GET the upload again for fresh links'),
  createdAt: timeSchema,
  expiresAt: timeSchema.describe('deleted then unless used'),
});
export type UploadView = z.infer<typeof uploadViewSchema>;
export const uploadPageSchema = pageOf(uploadViewSchema.omit({ parts: true, partBytes: true, linksExpireAt: true }));
