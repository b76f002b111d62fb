// Uploads: bytes go from the caller straight to the store, in parts; an upload that broke goes on with the parts that are missing.
import { z } from 'zod';
import { pageOf, timeSchema } from './common.js';

export const UPLOAD_KINDS = ['video', 'audio', 'image', 'track'] as const;
export type UploadKind = (typeof UPLOAD_KINDS)[number];
export const UPLOAD_STATUSES = ['open', 'complete', 'used', 'aborted'] as const;

/** Largest upload of a kind, bytes. */
export const MOST_BYTES: Readonly<Record<UploadKind, number>> = {
  video: 16 * 2 ** 30,
  audio: 2 * 2 ** 30,
  image: 100 * 2 ** 20,
  track: 100 * 2 ** 20,
};

/** Content types a kind may have. */
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
      .describe(
        'video (to train from, or as background), audio (to say), image (as background), track (pose or eyes, JSON)',
      ),
    personId: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('whose; left out for the video a new person is trained from'),
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
      .describe('when known: anything else is refused'),
  })
  .superRefine(({ kind, personId, bytes, contentType }, ctx) => {
    const mistake = (path: string, message: string): void => ctx.addIssue({ code: 'custom', path: [path], message });
    if (bytes > MOST_BYTES[kind]) mistake('bytes', `a ${kind} may have ${MOST_BYTES[kind]} bytes at most`);
    if (!CONTENT_TYPES[kind].test(contentType))
      mistake(
        'contentType',
        `${contentType} is not the type of ${kind === 'audio' || kind === 'image' ? 'an' : 'a'} ${kind}`,
      );
    if (personId === undefined && kind !== 'video')
      mistake('personId', `is needed for ${kind === 'audio' || kind === 'image' ? 'an' : 'a'} ${kind}: whose is it?`);
  });

export const uploadPartSchema = z.object({
  number: z.int(),
  bytes: z.number(),
  done: z.boolean().describe('true when these bytes have arrived'),
  url: z.string().nullable().describe('PUT bytes (number - 1) × partBytes onwards here, no key needed; null when done'),
});
export const uploadViewSchema = z.object({
  id: z.string(),
  kind: z.enum(UPLOAD_KINDS),
  personId: z.string().nullable(),
  status: z.enum(UPLOAD_STATUSES).describe('used: it has become part of a person or video and cannot be used again'),
  bytes: z.number(),
  contentType: z.string(),
  sha256: z.string().nullable(),
  partBytes: z.number().nullable(),
  parts: z.array(uploadPartSchema).describe('while open'),
  linksExpireAt: timeSchema.nullable().describe('ask again for fresh links'),
  createdAt: timeSchema,
  expiresAt: timeSchema.describe('removed then, unless it is used'),
});
export type UploadView = z.infer<typeof uploadViewSchema>;
export const uploadPageSchema = pageOf(uploadViewSchema.omit({ parts: true, partBytes: true, linksExpireAt: true }));
