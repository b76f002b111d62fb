// The API client. Request and response types are generated from openapi.json.
export { openClient, type ApiClient } from './client.js';
export { answer } from './answer.js';
export { uploadFile, type Bytes, type Upload } from './upload.js';
export { followEvents, type EventsQuery, type StreamMessage, type Progress } from './events.js';
export type { components, operations } from './generated/api.js';
