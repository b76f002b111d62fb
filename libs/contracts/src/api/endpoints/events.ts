// Endpoints: the event stream.
import { eventSchema, streamEventsQuerySchema } from '../events.js';

export const events = {
  streamEvents: {
    method: 'GET',
    path: '/v1/events',
    tag: 'events',
    summary: 'Stream events (server-sent events); Last-Event-ID resumes after an event',
    scopes: ['read', 'train', 'render'],
    query: streamEventsQuerySchema,
    answer: { status: 200, stream: eventSchema },
    errors: ['NOT_FOUND'],
  },
} as const;
