// Endpoints: stages of a training.
import { personViewSchema } from '../people.js';
import { accepted, ok } from './responses.js';
import { catalogSchema, retryStageSchema, skipStageSchema, stageViewSchema } from '../stages.js';

export const stages = {
  listStages: {
    method: 'GET',
    path: '/v1/stages',
    tag: 'stages',
    summary: 'List stages with their parameters, and presets',
    scopes: ['read', 'train', 'render'],
    answer: ok(catalogSchema),
  },
  getStage: {
    method: 'GET',
    path: '/v1/people/{id}/stages/{stage}',
    tag: 'stages',
    summary: 'Get a stage of a person',
    scopes: ['read', 'train', 'render'],
    answer: ok(stageViewSchema),
  },
  retryStage: {
    method: 'POST',
    path: '/v1/people/{id}/stages/{stage}:retry',
    tag: 'stages',
    summary: 'Retry a parked stage, optionally with changed parameters',
    scopes: ['train'],
    body: retryStageSchema,
    answer: accepted(personViewSchema),
    errors: ['CONFLICT'],
    idempotent: true,
  },
  skipStage: {
    method: 'POST',
    path: '/v1/people/{id}/stages/{stage}:skip',
    tag: 'stages',
    summary: 'Skip a parked stage, where the graph allows it',
    scopes: ['train'],
    body: skipStageSchema,
    answer: accepted(personViewSchema),
    errors: ['CONFLICT'],
    idempotent: true,
  },
} as const;
