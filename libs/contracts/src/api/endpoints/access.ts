// Endpoints: API keys and the audit log.
import {
  auditPageSchema,
  callerSchema,
  createdKeySchema,
  createKeySchema,
  keyPageSchema,
  keyViewSchema,
  listAuditQuerySchema,
} from '../access.js';
import { pageQuerySchema } from '../common.js';
import { created, ok } from './responses.js';

export const access = {
  createKey: {
    method: 'POST',
    path: '/v1/keys',
    tag: 'access',
    summary: 'Create a key; it is shown once',
    scopes: ['admin'],
    body: createKeySchema,
    answer: created(createdKeySchema),
  },
  listKeys: {
    method: 'GET',
    path: '/v1/keys',
    tag: 'access',
    summary: 'List keys, newest first',
    scopes: ['admin'],
    query: pageQuerySchema,
    answer: ok(keyPageSchema),
  },
  revokeKey: {
    method: 'DELETE',
    path: '/v1/keys/{id}',
    tag: 'access',
    summary: 'Revoke a key, effective at once',
    scopes: ['admin'],
    answer: ok(keyViewSchema),
  },
  getCaller: {
    method: 'GET',
    path: '/v1/caller',
    tag: 'access',
    summary: 'Get the key in use',
    scopes: ['read', 'train', 'render'],
    answer: ok(callerSchema),
  },
  listAudit: {
    method: 'GET',
    path: '/v1/audit',
    tag: 'access',
    summary: 'List audit entries, newest first',
    scopes: ['admin'],
    query: listAuditQuerySchema,
    answer: ok(auditPageSchema),
  },
} as const;
