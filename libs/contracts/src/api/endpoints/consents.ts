// Endpoints: consents.
import { pageQuerySchema } from '../common.js';
import { consentPageSchema, consentViewSchema, createConsentSchema } from '../consents.js';
import { created, ok } from './responses.js';

export const consents = {
  createConsent: {
    method: 'POST',
    path: '/v1/consents',
    tag: 'consents',
    summary: 'Record a consent: who agreed to a portrait of whom, and for what',
    scopes: ['train'],
    body: createConsentSchema,
    answer: created(consentViewSchema),
    idempotent: true,
  },
  listConsents: {
    method: 'GET',
    path: '/v1/consents',
    tag: 'consents',
    summary: 'List consents, newest first',
    scopes: ['read', 'train'],
    query: pageQuerySchema,
    answer: ok(consentPageSchema),
  },
  getConsent: {
    method: 'GET',
    path: '/v1/consents/{id}',
    tag: 'consents',
    summary: 'Get a consent',
    scopes: ['read', 'train'],
    answer: ok(consentViewSchema),
  },
} as const;
