// The table of all endpoints. Its keys are the operationIds in openapi.json and the actions in the audit log.
import type { Endpoint } from './endpoint.js';
import { access } from './endpoints/access.js';
import { batches } from './endpoints/batches.js';
import { consents } from './endpoints/consents.js';
import { events } from './endpoints/events.js';
import { health } from './endpoints/health.js';
import { people } from './endpoints/people.js';
import { stages } from './endpoints/stages.js';
import { uploads } from './endpoints/uploads.js';
import { videos } from './endpoints/videos.js';
import { webhooks } from './endpoints/webhooks.js';

export const ENDPOINTS = {
  ...health,
  ...consents,
  ...people,
  ...stages,
  ...videos,
  ...batches,
  ...uploads,
  ...events,
  ...webhooks,
  ...access,
} as const satisfies Record<string, Endpoint>;
export type EndpointName = keyof typeof ENDPOINTS;
