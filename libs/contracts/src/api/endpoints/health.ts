// Endpoints: health probes.
import { liveSchema, readySchema } from '../health.js';
import { ok } from './responses.js';

export const health = {
  live: {
    method: 'GET',
    path: '/livez',
    tag: 'health',
    summary: 'Liveness probe',
    scopes: null,
    answer: ok(liveSchema),
  },
  ready: {
    method: 'GET',
    path: '/readyz',
    tag: 'health',
    summary: 'Readiness probe; 503 with the failed checks',
    scopes: null,
    answer: ok(readySchema),
  },
} as const;
