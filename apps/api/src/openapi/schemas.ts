// Schemas of the API as JSON Schema. Those that several endpoints share have a name; the others stand where they are used.
import {
  artifactFilesSchema, artifactSchema, auditEntrySchema, consentViewSchema, createConsentSchema, createKeySchema, createPersonSchema, createUploadSchema, createVideoSchema, erasureViewSchema, eventSchema, failureSchema,
  fileSchema, keyViewSchema, linkSchema, personSummarySchema, personViewSchema, retryStageSchema, stageViewSchema, updatePersonSchema, uploadPartSchema, uploadViewSchema, videoSummarySchema, videoViewSchema,
  createWebhookSchema, deliveryViewSchema, updateWebhookSchema, webhookViewSchema,
} from '@portrait/contracts/api';
import { z } from 'zod';

type Json = Record<string, unknown>;

const ANSWERS = {
  Failure: failureSchema, Link: linkSchema, File: fileSchema, Artifact: artifactSchema, ArtifactFiles: artifactFilesSchema, Consent: consentViewSchema, Stage: stageViewSchema,
  PersonSummary: personSummarySchema, Person: personViewSchema, Erasure: erasureViewSchema, VideoSummary: videoSummarySchema, Video: videoViewSchema, UploadPart: uploadPartSchema, Upload: uploadViewSchema,
  Key: keyViewSchema, AuditEntry: auditEntrySchema, Event: eventSchema, Webhook: webhookViewSchema, Delivery: deliveryViewSchema,
};
const REQUESTS = { CreateConsent: createConsentSchema, CreatePerson: createPersonSchema, UpdatePerson: updatePersonSchema, CreateVideo: createVideoSchema, CreateUpload: createUploadSchema, CreateKey: createKeySchema, RetryStage: retryStageSchema, CreateWebhook: createWebhookSchema, UpdateWebhook: updateWebhookSchema };

const reference = (id: string): string => `#/components/schemas/${id}`;

function registryOf(schemas: Readonly<Record<string, z.ZodType>>): z.core.$ZodRegistry<{ id: string }> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  return registry;
}

const answers = registryOf(ANSWERS);
const requests = registryOf(REQUESTS);

/** Parts of a JSON Schema that a document of its own has and a part of one does not. */
function bare({ $schema: _schema, $id: _id, id: _name, ...schema }: Json): Json {
  return schema;
}

export function sharedSchemas(): Record<string, Json> {
  const made = { ...z.toJSONSchema(answers, { uri: reference, io: 'output' }).schemas, ...z.toJSONSchema(requests, { uri: reference, io: 'input' }).schemas };
  return Object.fromEntries(Object.entries(made).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, schema]) => [name, bare(schema as Json)]));
}

/** A schema that stands where it is used, with references to those that have a name. */
function inline(schema: z.ZodType, names: z.core.$ZodRegistry<{ id: string }>, io: 'input' | 'output'): Json {
  const name = names.get(schema)?.id;
  if (name !== undefined) return { $ref: reference(name) };
  const registry = z.registry<{ id: string }>();
  for (const [id, entry] of Object.entries(io === 'output' ? ANSWERS : REQUESTS)) registry.add(entry, { id });
  registry.add(schema, { id: 'it' });
  const { it } = z.toJSONSchema(registry, { uri: reference, io }).schemas as Record<string, Json>;
  return bare(it!);
}

export const outputSchema = (schema: z.ZodType, _operation: string): Json => inline(schema, answers, 'output');
export const inputSchema = (schema: z.ZodType): Json => inline(schema, requests, 'input');

/** Queries are text; what is described is what the text must read as. */
export function queryParameters(query: z.ZodType): Json[] {
  const { properties = {} } = z.toJSONSchema(query, { io: 'output' }) as { properties?: Record<string, Json> };
  return Object.entries(properties).map(([name, { description, default: _default, ...schema }]) => ({ name, in: 'query', required: false, ...(description === undefined ? {} : { description }), schema }));
}
