// The API as data: schemas of requests and answers, and the table of endpoints. Shared by the server, its description and whoever calls it.
export { ENDPOINTS, type EndpointName } from './endpoints.js';
export { pathParams, type Answer, type Endpoint, type Given, type PathParams } from './endpoint.js';
export { SCOPES, type Scope, auditEntrySchema, auditPageSchema, callerSchema, createdKeySchema, createKeySchema, keyPageSchema, keyViewSchema } from './access.js';
export {
  MOST_PER_PAGE, artifactFilesSchema, artifactSchema, errorBodySchema, failureSchema, fileSchema, lineSchema, linkSchema, metadataSchema, pageOf, pageQuerySchema, paramsSchema, seedSchema, sourceSchema, timeSchema, webAddressSchema,
  type ApiFailure, type ErrorBody, type MediaSource,
} from './common.js';
export {
  BATCH_STATUSES, ITEM_STATUSES, MOST_CONCURRENCY, MOST_ITEMS, batchItemPageSchema, batchItemSchema, batchItemSummarySchema, batchItemViewSchema, batchPageSchema, batchViewSchema, createBatchSchema, listBatchesQuerySchema, listBatchItemsQuerySchema, manifestEntrySchema, manifestQuerySchema, manifestSchema,
  retryBatchSchema, windowSchema, type BatchDefaults, type BatchItem, type BatchItemView, type BatchView, type ManifestEntry,
} from './batches.js';
export { consentPageSchema, consentViewSchema, createConsentSchema, type ConsentView } from './consents.js';
export { EVENT_TYPES, eventSchema, streamEventsQuerySchema, type ApiEvent } from './events.js';
export { liveSchema, readySchema } from './health.js';
export {
  PERSON_STATUSES, createPersonSchema, erasurePageSchema, erasureViewSchema, listPeopleQuerySchema, personPageSchema, personSummarySchema, personViewSchema, updatePersonSchema,
  type PersonSummary, type PersonView,
} from './people.js';
export { STAGE_STATUSES, catalogSchema, resumeSchema, retryStageSchema, skipStageSchema, stageViewSchema, type StageView } from './stages.js';
export { CONTENT_TYPES, MOST_BYTES, UPLOAD_KINDS, UPLOAD_STATUSES, createUploadSchema, uploadPageSchema, uploadPartSchema, uploadViewSchema, type UploadKind, type UploadView } from './uploads.js';
export { VIDEO_CONTAINERS, VIDEO_STATUSES, createVideoSchema, listVideosQuerySchema, videoPageSchema, videoRequestSchema, videoSummarySchema, videoViewSchema, type VideoRequest, type VideoView } from './videos.js';
export {
  DELIVERY_STATUSES, createWebhookSchema, createdWebhookSchema, deliveryPageSchema, deliveryViewSchema, listDeliveriesQuerySchema, updateWebhookSchema, webhookPageSchema, webhookViewSchema,
  type DeliveryView, type WebhookView,
} from './webhooks.js';
