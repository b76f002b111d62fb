// Endpoints: videos.
import { accepted, ok } from './responses.js';
import { retryStageSchema } from '../stages.js';
import { createVideoSchema, listVideosQuerySchema, videoPageSchema, videoViewSchema } from '../videos.js';

export const videos = {
  createVideo: {
    method: 'POST',
    path: '/v1/videos',
    tag: 'videos',
    summary: 'Render a video',
    scopes: ['render'],
    body: createVideoSchema,
    answer: accepted(videoViewSchema),
    errors: ['NOT_FOUND', 'CONFLICT', 'INCOMPATIBLE', 'NOT_SUPPORTED'],
    idempotent: true,
  },
  listVideos: {
    method: 'GET',
    path: '/v1/videos',
    tag: 'videos',
    summary: 'List videos, newest first',
    scopes: ['read', 'render'],
    query: listVideosQuerySchema,
    answer: ok(videoPageSchema),
  },
  getVideo: {
    method: 'GET',
    path: '/v1/videos/{id}',
    tag: 'videos',
    summary: 'Get a video with its stages and, once ready, its files',
    scopes: ['read', 'render'],
    answer: ok(videoViewSchema),
  },
  cancelVideo: {
    method: 'POST',
    path: '/v1/videos/{id}:cancel',
    tag: 'videos',
    summary: 'Cancel a render',
    scopes: ['render'],
    answer: accepted(videoViewSchema),
    errors: ['CONFLICT'],
    idempotent: true,
  },
  retryVideoStage: {
    method: 'POST',
    path: '/v1/videos/{id}/stages/{stage}:retry',
    tag: 'videos',
    summary: 'Retry a parked stage of a video, optionally with changed parameters',
    scopes: ['render'],
    body: retryStageSchema,
    answer: accepted(videoViewSchema),
    errors: ['CONFLICT'],
    idempotent: true,
  },
} as const;
