// What several resources of the API share: text that can be kept, pages of lists, failures, links.
import { z } from 'zod';
import { ERROR_TABLE, type ErrorCode } from '../errors.js';

/** One line a person typed. */
export const lineSchema = (longest: number) =>
  z
    .string()
    .min(1, { abort: true })
    .max(longest)
    .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must not hold control characters')
    .regex(/\S/, 'must not be empty')
    .trim();

export const timeSchema = z.iso.datetime().describe('ISO 8601, UTC');
export const metadataSchema = z
  .record(z.string().min(1).max(40), z.string().max(500))
  .refine((entries) => Object.keys(entries).length <= 50, 'at most 50 entries')
  .describe("the caller's own words, given back as they are; at most 50");
export const seedSchema = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);
/** By stage; what is left out has the preset's or the default value. Checked against the schemas of the stages (docs/parameters.md). */
export const paramsSchema = z
  .record(z.string().max(60), z.record(z.string().max(60), z.unknown()))
  .describe('parameters by stage, nested as in docs/parameters.md; what is left out stays as it is');
export const webAddressSchema = z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).max(2000);

const codes = Object.keys(ERROR_TABLE) as [ErrorCode, ...ErrorCode[]];
const atSchema = z.object({
  stage: z.string().optional(),
  frame: z.number().optional(),
  second: z.number().optional(),
});

/** Why something failed: a stable code, a sentence for a person, what to do next. */
export const failureSchema = z.object({
  code: z.enum(codes),
  message: z.string(),
  hint: z.string().nullable(),
  at: atSchema.nullable().describe('where: stage, frame (0-based), second'),
});
export type ApiFailure = z.infer<typeof failureSchema>;

/** Body of every answer that is not 2xx. */
export const errorBodySchema = z.object({
  error: failureSchema.extend({
    requestId: z.string().describe('also in the header X-Request-Id and in the log of the server'),
  }),
});
export type ErrorBody = z.infer<typeof errorBodySchema>;

export const MOST_PER_PAGE = 200;
export const pageQuerySchema = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,4}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(1).max(MOST_PER_PAGE))
    .prefault('50')
    .describe('entries at most, 1 to 200'),
  cursor: z
    .string()
    .max(200)
    .regex(/^[\w-]+$/, 'is not a cursor of this list')
    .optional()
    .describe('nextCursor of the page before'),
});
export const pageOf = <T extends z.ZodType>(entry: T) =>
  z.object({
    data: z.array(entry),
    nextCursor: z.string().nullable().describe('cursor of the next page; null on the last'),
  });

export const linkSchema = z.object({
  url: z.string().describe('fetch it with GET and no key; ranges are served'),
  expiresAt: timeSchema,
});

export const fileSchema = z.object({
  name: z.string(),
  bytes: z.number().describe('size'),
  sha256: z.string(),
  link: linkSchema.nullable().describe('null when the store does not answer now'),
});

export const artifactSchema = z.object({
  role: z.string(),
  kind: z.string(),
  digest: z.string().describe('id of the artifact: GET /v1/people/{id}/artifacts/{digest}'),
});
export const artifactFilesSchema = z.object({ kind: z.string(), digest: z.string(), files: z.array(fileSchema) });

/** Where the bytes of a request come from. */
export const sourceSchema = z
  .union([z.strictObject({ uploadId: z.string().min(1).max(100) }), z.strictObject({ url: webAddressSchema })])
  .describe('an upload that is complete, or an address the server fetches');
export type MediaSource = z.infer<typeof sourceSchema>;
