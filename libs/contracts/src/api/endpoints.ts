// Every endpoint of the API, one table. `operationId` of the description and the name in the audit log are the names here.
import { auditPageSchema, callerSchema, createdKeySchema, createKeySchema, keyPageSchema, keyViewSchema, listAuditQuerySchema } from './access.js';
import {
  batchItemPageSchema, batchItemViewSchema, batchPageSchema, batchViewSchema, createBatchSchema, listBatchesQuerySchema, listBatchItemsQuerySchema, manifestCsvSchema, manifestQuerySchema, manifestSchema, retryBatchSchema,
} from './batches.js';
import { artifactFilesSchema, pageQuerySchema } from './common.js';
import { consentPageSchema, consentViewSchema, createConsentSchema } from './consents.js';
import type { Endpoint } from './endpoint.js';
import { eventSchema, streamEventsQuerySchema } from './events.js';
import { liveSchema, readySchema } from './health.js';
import { createPersonSchema, erasurePageSchema, erasureViewSchema, listPeopleQuerySchema, personPageSchema, personViewSchema, updatePersonSchema } from './people.js';
import { catalogSchema, resumeSchema, retryStageSchema, skipStageSchema, stageViewSchema } from './stages.js';
import { createUploadSchema, uploadPageSchema, uploadViewSchema } from './uploads.js';
import { createVideoSchema, listVideosQuerySchema, videoPageSchema, videoViewSchema } from './videos.js';
import { callbackSecretSchema, createWebhookSchema, createdWebhookSchema, deliveryPageSchema, deliveryViewSchema, listDeliveriesQuerySchema, updateWebhookSchema, webhookPageSchema, webhookViewSchema } from './webhooks.js';

const ok = <const S>(schema: S) => ({ status: 200, schema }) as const;
const created = <const S>(schema: S) => ({ status: 201, schema }) as const;
const accepted = <const S>(schema: S) => ({ status: 202, schema }) as const;

const health = {
  live: { method: 'GET', path: '/livez', tag: 'health', summary: 'Is the process alive?', scopes: null, answer: ok(liveSchema) },
  ready: { method: 'GET', path: '/readyz', tag: 'health', summary: 'Can it serve? 503 when not, saying why', scopes: null, answer: ok(readySchema) },
} as const;

const consents = {
  createConsent: { method: 'POST', path: '/v1/consents', tag: 'consents', summary: 'Record who agreed to a portrait of whom, and for what', scopes: ['train'], body: createConsentSchema, answer: created(consentViewSchema), idempotent: true },
  listConsents: { method: 'GET', path: '/v1/consents', tag: 'consents', summary: 'Consents, newest first', scopes: ['read', 'train'], query: pageQuerySchema, answer: ok(consentPageSchema) },
  getConsent: { method: 'GET', path: '/v1/consents/{id}', tag: 'consents', summary: 'One consent', scopes: ['read', 'train'], answer: ok(consentViewSchema) },
} as const;

const people = {
  createPerson: { method: 'POST', path: '/v1/people', tag: 'people', summary: 'Learn the portrait of a person from a video', scopes: ['train'], body: createPersonSchema, answer: accepted(personViewSchema), errors: ['CONSENT_MISSING', 'NOT_FOUND', 'CONFLICT', 'NOT_SUPPORTED'], idempotent: true },
  listPeople: { method: 'GET', path: '/v1/people', tag: 'people', summary: 'People, newest first', scopes: ['read', 'train', 'render'], query: listPeopleQuerySchema, answer: ok(personPageSchema) },
  getPerson: { method: 'GET', path: '/v1/people/{id}', tag: 'people', summary: 'One person with all stages', scopes: ['read', 'train', 'render'], answer: ok(personViewSchema) },
  updatePerson: { method: 'PATCH', path: '/v1/people/{id}', tag: 'people', summary: 'Change name or metadata', scopes: ['train'], body: updatePersonSchema, answer: ok(personViewSchema) },
  erasePerson: { method: 'DELETE', path: '/v1/people/{id}', tag: 'people', summary: 'Erase a person whole: artifacts, videos, rows, histories', scopes: ['admin'], answer: accepted(erasureViewSchema) },
  cancelPerson: { method: 'POST', path: '/v1/people/{id}:cancel', tag: 'people', summary: 'Stop the training; what was done is kept', scopes: ['train'], answer: accepted(personViewSchema), errors: ['CONFLICT'], idempotent: true },
  resumePerson: { method: 'POST', path: '/v1/people/{id}:resume', tag: 'people', summary: 'Train again after an end, with changed parameters if given; what they do not touch is not computed again', scopes: ['train'], body: resumeSchema, answer: accepted(personViewSchema), errors: ['CONFLICT'], idempotent: true },
  getArtifact: { method: 'GET', path: '/v1/people/{id}/artifacts/{digest}', tag: 'people', summary: 'Links to the files of an artifact', scopes: ['read', 'train', 'render'], answer: ok(artifactFilesSchema), audited: true },
  listErasures: { method: 'GET', path: '/v1/erasures', tag: 'people', summary: 'Proofs of erasure, newest first', scopes: ['admin'], query: pageQuerySchema, answer: ok(erasurePageSchema) },
  getErasure: { method: 'GET', path: '/v1/erasures/{id}', tag: 'people', summary: 'One proof of erasure', scopes: ['admin'], answer: ok(erasureViewSchema) },
} as const;

const stages = {
  listStages: { method: 'GET', path: '/v1/stages', tag: 'stages', summary: 'The stages with their parameters, and the presets', scopes: ['read', 'train', 'render'], answer: ok(catalogSchema) },
  getStage: { method: 'GET', path: '/v1/people/{id}/stages/{stage}', tag: 'stages', summary: 'One stage of a person', scopes: ['read', 'train', 'render'], answer: ok(stageViewSchema) },
  retryStage: { method: 'POST', path: '/v1/people/{id}/stages/{stage}:retry', tag: 'stages', summary: 'Run a parked stage again, with changed parameters if given', scopes: ['train'], body: retryStageSchema, answer: accepted(personViewSchema), errors: ['CONFLICT'], idempotent: true },
  skipStage: { method: 'POST', path: '/v1/people/{id}/stages/{stage}:skip', tag: 'stages', summary: 'Go on without a parked stage, where that is sound', scopes: ['train'], body: skipStageSchema, answer: accepted(personViewSchema), errors: ['CONFLICT'], idempotent: true },
} as const;

const videos = {
  createVideo: { method: 'POST', path: '/v1/videos', tag: 'videos', summary: 'Let a portrait say something', scopes: ['render'], body: createVideoSchema, answer: accepted(videoViewSchema), errors: ['NOT_FOUND', 'CONFLICT', 'INCOMPATIBLE', 'NOT_SUPPORTED'], idempotent: true },
  listVideos: { method: 'GET', path: '/v1/videos', tag: 'videos', summary: 'Videos, newest first', scopes: ['read', 'render'], query: listVideosQuerySchema, answer: ok(videoPageSchema) },
  getVideo: { method: 'GET', path: '/v1/videos/{id}', tag: 'videos', summary: 'One video with its stages and, when ready, its files', scopes: ['read', 'render'], answer: ok(videoViewSchema) },
  cancelVideo: { method: 'POST', path: '/v1/videos/{id}:cancel', tag: 'videos', summary: 'Stop the render', scopes: ['render'], answer: accepted(videoViewSchema), errors: ['CONFLICT'], idempotent: true },
  retryVideoStage: { method: 'POST', path: '/v1/videos/{id}/stages/{stage}:retry', tag: 'videos', summary: 'Run a parked stage of a video again, with changed parameters if given', scopes: ['render'], body: retryStageSchema, answer: accepted(videoViewSchema), errors: ['CONFLICT'], idempotent: true },
} as const;

const batches = {
  createBatch: { method: 'POST', path: '/v1/batches', tag: 'batches', summary: 'Make many videos, within a window of hours', scopes: ['render'], body: createBatchSchema, answer: accepted(batchViewSchema), errors: ['NOT_FOUND', 'CONFLICT', 'INCOMPATIBLE', 'NOT_SUPPORTED'], idempotent: true },
  listBatches: { method: 'GET', path: '/v1/batches', tag: 'batches', summary: 'Batches, newest first', scopes: ['read', 'render'], query: listBatchesQuerySchema, answer: ok(batchPageSchema) },
  getBatch: { method: 'GET', path: '/v1/batches/{id}', tag: 'batches', summary: 'One batch: how many items stand where, and when it will be done', scopes: ['read', 'render'], answer: ok(batchViewSchema) },
  cancelBatch: { method: 'POST', path: '/v1/batches/{id}:cancel', tag: 'batches', summary: 'Stop it; what is done stays', scopes: ['render'], answer: accepted(batchViewSchema), errors: ['CONFLICT'], idempotent: true },
  retryBatch: { method: 'POST', path: '/v1/batches/{id}:retry', tag: 'batches', summary: 'Begin items again that failed or were cancelled: all, or some', scopes: ['render'], body: retryBatchSchema, answer: accepted(batchViewSchema), errors: ['CONFLICT'], idempotent: true },
  listBatchItems: { method: 'GET', path: '/v1/batches/{id}/items', tag: 'batches', summary: 'Items in the order in which they are begun', scopes: ['read', 'render'], query: listBatchItemsQuerySchema, answer: ok(batchItemPageSchema) },
  getBatchItem: { method: 'GET', path: '/v1/batches/{id}/items/{item}', tag: 'batches', summary: 'One item with, when it is done, its files', scopes: ['read', 'render'], answer: ok(batchItemViewSchema) },
  getManifest: { method: 'GET', path: '/v1/batches/{id}/manifest.json', tag: 'batches', summary: 'Every item with status, link, hash, duration and error', scopes: ['read', 'render'], query: manifestQuerySchema, answer: { status: 200, file: { contentType: 'application/json', schema: manifestSchema } }, audited: true },
  getManifestCsv: { method: 'GET', path: '/v1/batches/{id}/manifest.csv', tag: 'batches', summary: 'The same as CSV', scopes: ['read', 'render'], query: manifestQuerySchema, answer: { status: 200, file: { contentType: 'text/csv', schema: manifestCsvSchema } }, audited: true },
} as const;

const uploads = {
  createUpload: { method: 'POST', path: '/v1/uploads', tag: 'uploads', summary: 'Open an upload; the answer says where to PUT which bytes', scopes: ['train', 'render'], body: createUploadSchema, answer: created(uploadViewSchema), errors: ['NOT_FOUND', 'CONFLICT'], idempotent: true },
  listUploads: { method: 'GET', path: '/v1/uploads', tag: 'uploads', summary: 'Uploads, newest first', scopes: ['read', 'train', 'render'], query: pageQuerySchema, answer: ok(uploadPageSchema) },
  getUpload: { method: 'GET', path: '/v1/uploads/{id}', tag: 'uploads', summary: 'Where an upload stands, with fresh links for the parts that are missing', scopes: ['train', 'render'], answer: ok(uploadViewSchema) },
  completeUpload: { method: 'POST', path: '/v1/uploads/{id}:complete', tag: 'uploads', summary: 'Join the parts and check them: size, sha256, type', scopes: ['train', 'render'], answer: ok(uploadViewSchema), errors: ['CONFLICT', 'INPUT_UNREADABLE'], idempotent: true },
  deleteUpload: { method: 'DELETE', path: '/v1/uploads/{id}', tag: 'uploads', summary: 'Give an upload up', scopes: ['train', 'render'], answer: { status: 204 }, errors: ['CONFLICT'] },
} as const;

const events = {
  streamEvents: { method: 'GET', path: '/v1/events', tag: 'events', summary: 'What happens, as server-sent events; Last-Event-ID goes on after the last one seen', scopes: ['read', 'train', 'render'], query: streamEventsQuerySchema, answer: { status: 200, stream: eventSchema }, errors: ['NOT_FOUND'] },
} as const;

const webhooks = {
  createWebhook: { method: 'POST', path: '/v1/webhooks', tag: 'webhooks', summary: 'Be told of events at an address; the secret that signs them is shown this once', scopes: ['admin'], body: createWebhookSchema, answer: created(createdWebhookSchema) },
  listWebhooks: { method: 'GET', path: '/v1/webhooks', tag: 'webhooks', summary: 'Webhooks, newest first', scopes: ['admin'], query: pageQuerySchema, answer: ok(webhookPageSchema) },
  getWebhook: { method: 'GET', path: '/v1/webhooks/{id}', tag: 'webhooks', summary: 'One webhook', scopes: ['admin'], answer: ok(webhookViewSchema) },
  updateWebhook: { method: 'PATCH', path: '/v1/webhooks/{id}', tag: 'webhooks', summary: 'Change address or events, switch it off or on', scopes: ['admin'], body: updateWebhookSchema, answer: ok(webhookViewSchema) },
  rotateWebhook: { method: 'POST', path: '/v1/webhooks/{id}:rotate', tag: 'webhooks', summary: 'Sign with a new secret from this moment on; it is shown this once', scopes: ['admin'], answer: ok(createdWebhookSchema) },
  rotateCallbackSecret: { method: 'POST', path: '/v1/callback-secret:rotate', tag: 'webhooks', summary: 'Sign what is told to the callbackUrl of requests with a new secret from this moment on; it is shown this once', scopes: ['admin'], answer: ok(callbackSecretSchema) },
  deleteWebhook: { method: 'DELETE', path: '/v1/webhooks/{id}', tag: 'webhooks', summary: 'Delete a webhook with its deliveries', scopes: ['admin'], answer: { status: 204 } },
  listDeliveries: { method: 'GET', path: '/v1/deliveries', tag: 'webhooks', summary: 'What was sent to webhooks and callback addresses, newest first, for 30 days', scopes: ['admin'], query: listDeliveriesQuerySchema, answer: ok(deliveryPageSchema) },
  getDelivery: { method: 'GET', path: '/v1/deliveries/{id}', tag: 'webhooks', summary: 'One delivery with its log', scopes: ['admin'], answer: ok(deliveryViewSchema) },
  redeliver: { method: 'POST', path: '/v1/deliveries/{id}:redeliver', tag: 'webhooks', summary: 'Send it now, once more', scopes: ['admin'], answer: accepted(deliveryViewSchema), errors: ['CONFLICT'], idempotent: true },
} as const;

const access = {
  createKey: { method: 'POST', path: '/v1/keys', tag: 'access', summary: 'Make a key; it is shown this once', scopes: ['admin'], body: createKeySchema, answer: created(createdKeySchema) },
  listKeys: { method: 'GET', path: '/v1/keys', tag: 'access', summary: 'Keys, newest first', scopes: ['admin'], query: pageQuerySchema, answer: ok(keyPageSchema) },
  revokeKey: { method: 'DELETE', path: '/v1/keys/{id}', tag: 'access', summary: 'Revoke a key from this moment on', scopes: ['admin'], answer: ok(keyViewSchema) },
  getCaller: { method: 'GET', path: '/v1/caller', tag: 'access', summary: 'Who is asking: the key in use', scopes: ['read', 'train', 'render'], answer: ok(callerSchema) },
  listAudit: { method: 'GET', path: '/v1/audit', tag: 'access', summary: 'Who did what, newest first', scopes: ['admin'], query: listAuditQuerySchema, answer: ok(auditPageSchema) },
} as const;

export const ENDPOINTS = { ...health, ...consents, ...people, ...stages, ...videos, ...batches, ...uploads, ...events, ...webhooks, ...access } as const satisfies Record<string, Endpoint>;
export type EndpointName = keyof typeof ENDPOINTS;
