import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENDPOINTS, type Endpoint } from '@portrait/contracts/api';
import { openApiDocument } from './document.js';
import { openApiText } from './openapi-text.js';

type Json = Record<string, unknown>;
const document = openApiDocument() as {
  paths: Record<string, Record<string, { operationId: string; responses: Json; tags: string[] }>>;
  tags: { name: string }[];
} & Json;

function* nodes(value: unknown): Generator<Json> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Json;
  for (const child of Object.values(value)) yield* nodes(child);
}

describe('openapi.json', () => {
  it('matches the endpoint table (npm run docs)', () => {
    expect(readFileSync(join(import.meta.dirname, '../../openapi.json'), 'utf8') === openApiText()).toBe(true);
  });

  it('lists every endpoint once, under a described tag', () => {
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(ENDPOINTS).sort());
    const tags = new Set(document.tags.map(({ name }) => name));
    expect(operations.filter((operation) => operation.tags.some((tag) => !tags.has(tag)))).toEqual([]);
  });

  it('has no dangling references', () => {
    const broken = [...nodes(document)].flatMap(({ $ref }) => {
      if (typeof $ref !== 'string') return [];
      const target = $ref
        .slice(2)
        .split('/')
        .reduce<unknown>((at, key) => (at as Json | undefined)?.[key], document);
      return target === undefined ? [$ref] : [];
    });
    expect(broken).toEqual([]);
  });

  it('documents the error responses of every endpoint with a key', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      if (path === '/livez' || path === '/readyz') continue;
      for (const { operationId, responses } of Object.values(methods)) {
        const missing = [
          '400',
          '401',
          '403',
          '429',
          '500',
          '503',
          ...(path.includes('{') ? ['404'] : []),
          ...((ENDPOINTS as Record<string, Endpoint>)[operationId]!.idempotent ? ['409'] : []),
        ].filter((status) => !(status in responses));
        expect([operationId, missing]).toEqual([operationId, []]);
      }
    }
  });
});
