// The client of the API. Types of requests and answers come from its description; behaviour beyond a call is in upload.ts and events.ts.
export { openClient, type ApiClient, type ClientOptions } from './client.js';
export { answer } from './answer.js';
export { uploadFile, type Bytes, type Upload, type UploadOptions, type UploadRequest } from './upload.js';
export { followEvents, type ApiEvent, type EventsQuery, type Heard, type Progress } from './events.js';
export type { components, operations, paths } from './generated/api.js';
