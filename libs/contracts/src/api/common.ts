// Schemas shared by several resources: text, pages, failures, links, sources.
import { z } from 'zod';
import { ERROR_TABLE, type ErrorCode } from '../errors.js';

/** One line of text without control characters. */
export const lineSchema = (maxCharacters: number) =>
  z
    .string()
    .min(1, { abort: true })
    .max(maxCharacters)
    .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must not contain control characters')
    .regex(/\S/, 'must not be empty')
    .trim();

export const timeSchema = z.iso.datetime().describe('ISO 8601, UTC');
export const metadataSchema = z
  .record(z.string().min(1).max(40), z.string().max(500))
  .refine((entries) => Object.keys(entries).length <= 50, 'at most 50 entries')
  .describe("the caller's own entries, returned unchanged; at most 50");
export const seedSchema = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);
/** Parameters by stage, validated against the stage schemas. Missing values come from the preset or the defaults. */
export const paramsSchema = z
  .record(z.string().max(60), z.record(z.string().max(60), z.unknown()))
  .describe('parameters by stage, nested as in docs/parameters.md; missing values stay unchanged');
export const webAddressSchema = z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).max(2000);

const codes = Object.keys(ERROR_TABLE) as [ErrorCode, ...ErrorCode[]];
const atSchema = z.object({
  stage: z.string().optional(),
  frame: z.number().optional(),
  second: z.number().optional(),
});

/** A failure: stable code, message, and hint on what to do. */
export const failureSchema = z.object({
  code: z.enum(codes),
  message: z.string(),
  hint: z.string().nullable(),
  at: atSchema.nullable().describe('place of the failure: stage, frame (from 0), second'),
});
export type ApiFailure = z.infer<typeof failureSchema>;

/** Body of every error response. */
export const errorBodySchema = z.object({
  error: failureSchema.extend({
    requestId: z.string().describe('also in the header X-Request-Id and in the server log'),
  }),
});
export type ErrorBody = z.infer<typeof errorBodySchema>;

export const MAX_PAGE_SIZE = 200;
export const pageQuerySchema = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,4}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(1).max(MAX_PAGE_SIZE))
    .prefault('50')
    .describe('page size, 1 to 200'),
  cursor: z
    .string()
    .max(200)
    .regex(/^[\w-]+$/, 'is not a cursor of this list')
    .optional()
    .describe('nextCursor of the previous page'),
});
export const pageOf = <T extends z.ZodType>(entry: T) =>
  z.object({
    data: z.array(entry),
    nextCursor: z.string().nullable().describe('cursor of the next page; null on the last'),
  });

export const linkSchema = z.object({
  url: z.string().describe('GET without a key; supports ranges'),
  expiresAt: timeSchema,
});

export const fileSchema = z.object({
  name: z.string(),
  bytes: z.number().describe('size'),
  sha256: z.string(),
  link: linkSchema.nullable().describe('null when the store does not answer'),
});

export const artifactSchema = z.object({
  role: z.string(),
  kind: z.string(),
  digest: z.string().describe('id of the artifact: GET /v1/people/{id}/artifacts/{digest}'),
});
export const artifactFilesSchema = z.object({ kind: z.string(), digest: z.string(), files: z.array(fileSchema) });

/** Source of media in a request. */
export const sourceSchema = z
  .union([z.strictObject({ uploadId: z.string().min(1).max(100) }), z.strictObject({ url: webAddressSchema })])
  .describe('a complete upload, or an address the server fetches');
export type MediaSource = z.infer<typeof sourceSchema>;
