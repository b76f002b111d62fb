// Validates path, query and body against the schemas of the endpoint, and reports all errors at once.
import { PortraitError } from '@portrait/contracts';
import { pathParams, type Endpoint } from '@portrait/contracts/api';
import type { z } from 'zod';
import type { ApiRequest } from './api-request.js';
import { describeIssues } from './schema-issues.js';
import { findUnstorable } from './storable-text.js';

interface Read {
  params: Record<string, string>;
  query: unknown;
  body: unknown;
}

export function readRequest(endpoint: Endpoint, request: Pick<ApiRequest, 'params' | 'query' | 'body'>): Read {
  const mistakes: string[] = [];
  const read = (schema: z.ZodType | undefined, value: unknown, where: string): unknown => {
    if (schema === undefined) return {};
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    mistakes.push(...describeIssues(parsed.error.issues, schema, where));
    return undefined;
  };
  const params = Object.fromEntries(pathParams(endpoint.path).map((name) => [name, String(request.params[name])]));
  mistakes.push(
    ...findUnstorable(params, 'path'),
    ...findUnstorable(request.query, 'query'),
    ...findUnstorable(request.body, ''),
  );
  if (mistakes.length > 0) throw invalid(mistakes);
  // Express leaves the body undefined when there is none or it is not JSON.
  const result = {
    params,
    query: read(endpoint.query, request.query, 'query'),
    body: endpoint.body === undefined ? undefined : read(endpoint.body, request.body ?? {}, ''),
  };
  if (mistakes.length > 0) throw invalid(mistakes);
  return result;
}

export function invalid(mistakes: readonly string[]): PortraitError {
  return new PortraitError(
    'INVALID_ARGUMENT',
    mistakes.length === 1
      ? `${mistakes[0]}.`
      : `The request has ${mistakes.length} errors:\n${mistakes.map((mistake) => `  ${mistake}`).join('\n')}`,
    { hint: 'See GET /openapi.json for the request format.' },
  );
}
