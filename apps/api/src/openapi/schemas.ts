// Converts the zod schemas to JSON Schema. Schemas shared by several endpoints are named components; the others are
// inlined.
import {
  artifactFilesSchema,
  artifactSchema,
  auditEntrySchema,
  consentViewSchema,
  catalogSchema,
  createConsentSchema,
  createdKeySchema,
  createKeySchema,
  createPersonSchema,
  createUploadSchema,
  createVideoSchema,
  erasureViewSchema,
  eventSchema,
  failureSchema,
  fileSchema,
  keyViewSchema,
  linkSchema,
  personSummarySchema,
  personViewSchema,
  retryStageSchema,
  stageViewSchema,
  updatePersonSchema,
  uploadPartSchema,
  uploadViewSchema,
  videoSummarySchema,
  videoViewSchema,
  batchItemSchema,
  batchItemSummarySchema,
  batchItemViewSchema,
  batchViewSchema,
  createBatchSchema,
  manifestEntrySchema,
  retryBatchSchema,
  createWebhookSchema,
  deliveryViewSchema,
  updateWebhookSchema,
  webhookViewSchema,
} from '@portrait/contracts/api';
import { z } from 'zod';

type Json = Record<string, unknown>;

const ANSWERS = {
  Failure: failureSchema,
  Link: linkSchema,
  File: fileSchema,
  Artifact: artifactSchema,
  ArtifactFiles: artifactFilesSchema,
  Consent: consentViewSchema,
  Stage: stageViewSchema,
  PersonSummary: personSummarySchema,
  Person: personViewSchema,
  Erasure: erasureViewSchema,
  VideoSummary: videoSummarySchema,
  Video: videoViewSchema,
  UploadPart: uploadPartSchema,
  Upload: uploadViewSchema,
  Key: keyViewSchema,
  CreatedKey: createdKeySchema,
  Catalog: catalogSchema,
  AuditEntry: auditEntrySchema,
  Event: eventSchema,
  Batch: batchViewSchema,
  BatchItemSummary: batchItemSummarySchema,
  BatchItem: batchItemViewSchema,
  ManifestEntry: manifestEntrySchema,
  Webhook: webhookViewSchema,
  Delivery: deliveryViewSchema,
};
const REQUESTS = {
  CreateConsent: createConsentSchema,
  CreatePerson: createPersonSchema,
  UpdatePerson: updatePersonSchema,
  CreateVideo: createVideoSchema,
  CreateUpload: createUploadSchema,
  CreateKey: createKeySchema,
  RetryStage: retryStageSchema,
  CreateBatch: createBatchSchema,
  CreateBatchItem: batchItemSchema,
  RetryBatch: retryBatchSchema,
  CreateWebhook: createWebhookSchema,
  UpdateWebhook: updateWebhookSchema,
};

const reference = (id: string): string => `#/components/schemas/${id}`;

function registryOf(schemas: Readonly<Record<string, z.ZodType>>): z.core.$ZodRegistry<{ id: string }> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  return registry;
}

const answers = registryOf(ANSWERS);
const requests = registryOf(REQUESTS);

/**
 * Removes noise: safe-integer bounds, patterns implied by a format, and additionalProperties: false in responses, which
 * would make every new field a breaking change.
 */
const lighten =
  (io: 'input' | 'output') =>
  ({ jsonSchema }: { jsonSchema: Json }): void => {
    if (jsonSchema['minimum'] === Number.MIN_SAFE_INTEGER) delete jsonSchema['minimum'];
    if (jsonSchema['maximum'] === Number.MAX_SAFE_INTEGER) delete jsonSchema['maximum'];
    if (['date', 'date-time'].includes(String(jsonSchema['format']))) delete jsonSchema['pattern'];
    if (io === 'output' && jsonSchema['additionalProperties'] === false) delete jsonSchema['additionalProperties'];
  };

/** Removes keywords that belong to a standalone document. */
function bare({ $schema: _schema, $id: _id, id: _name, ...schema }: Json): Json {
  return schema;
}

export function sharedSchemas(): Record<string, Json> {
  const made = {
    ...z.toJSONSchema(answers, { uri: reference, io: 'output', override: lighten('output') }).schemas,
    ...z.toJSONSchema(requests, { uri: reference, io: 'input', override: lighten('input') }).schemas,
  };
  return Object.fromEntries(
    Object.entries(made)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, schema]) => [name, bare(schema as Json)]),
  );
}

/** Inlines a schema, with references to named components. */
function inline(schema: z.ZodType, names: z.core.$ZodRegistry<{ id: string }>, io: 'input' | 'output'): Json {
  const name = names.get(schema)?.id;
  if (name !== undefined) return { $ref: reference(name) };
  const registry = z.registry<{ id: string }>();
  for (const [id, entry] of Object.entries(io === 'output' ? ANSWERS : REQUESTS)) registry.add(entry, { id });
  registry.add(schema, { id: 'it' });
  const { it } = z.toJSONSchema(registry, { uri: reference, io, override: lighten(io) }).schemas as Record<
    string,
    Json
  >;
  return bare(it!);
}

export const outputSchema = (schema: z.ZodType): Json => inline(schema, answers, 'output');
export const inputSchema = (schema: z.ZodType): Json => inline(schema, requests, 'input');

/** Query values arrive as text; the document describes the parsed type. */
export function queryParameters(query: z.ZodType): Json[] {
  const { properties = {} } = z.toJSONSchema(query, { io: 'output', override: lighten('input') }) as {
    properties?: Record<string, Json>;
  };
  return Object.entries(properties).map(([name, { description, default: _default, ...schema }]) => ({
    name,
    in: 'query',
    required: false,
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}
