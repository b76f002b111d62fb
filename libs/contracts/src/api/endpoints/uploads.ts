// Endpoints: uploads.
import { pageQuerySchema } from '../common.js';
import { created, ok } from './responses.js';
import { createUploadSchema, uploadPageSchema, uploadViewSchema } from '../uploads.js';

export const uploads = {
  createUpload: {
    method: 'POST',
    path: '/v1/uploads',
    tag: 'uploads',
    summary: 'Open an upload; the response lists a link for each part',
    scopes: ['train', 'render'],
    body: createUploadSchema,
    answer: created(uploadViewSchema),
    errors: ['NOT_FOUND', 'CONFLICT'],
    idempotent: true,
  },
  listUploads: {
    method: 'GET',
    path: '/v1/uploads',
    tag: 'uploads',
    summary: 'List uploads, newest first',
    scopes: ['read', 'train', 'render'],
    query: pageQuerySchema,
    answer: ok(uploadPageSchema),
  },
  getUpload: {
    method: 'GET',
    path: '/v1/uploads/{id}',
    tag: 'uploads',
    summary: 'Get an upload with fresh links for missing parts',
    scopes: ['train', 'render'],
    answer: ok(uploadViewSchema),
  },
  completeUpload: {
    method: 'POST',
    path: '/v1/uploads/{id}:complete',
    tag: 'uploads',
    summary: 'Complete an upload: join the parts and check size, sha256 and type',
    scopes: ['train', 'render'],
    answer: ok(uploadViewSchema),
    errors: ['CONFLICT', 'INPUT_UNREADABLE'],
    idempotent: true,
  },
  deleteUpload: {
    method: 'DELETE',
    path: '/v1/uploads/{id}',
    tag: 'uploads',
    summary: 'Abort an upload',
    scopes: ['train', 'render'],
    answer: { status: 204 },
    errors: ['CONFLICT'],
  },
} as const;
