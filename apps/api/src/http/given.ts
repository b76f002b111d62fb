// Reads a request by the schemas of its endpoint. Every mistake in path, query and body is named in one error.
import { PortraitError } from '@portrait/contracts';
import { pathParams, type Endpoint } from '@portrait/contracts/api';
import type { z } from 'zod';
import type { Asked } from './asked.js';
import { mistakesOf } from './mistakes.js';
import { unkeepable } from './unkeepable.js';

interface Read {
  params: Record<string, string>;
  query: unknown;
  body: unknown;
}

export function readGiven(endpoint: Endpoint, asked: Pick<Asked, 'params' | 'query' | 'body'>): Read {
  const mistakes: string[] = [];
  const read = (schema: z.ZodType | undefined, value: unknown, where: string): unknown => {
    if (schema === undefined) return {};
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    mistakes.push(...mistakesOf(parsed.error.issues, schema, where));
    return undefined;
  };
  const params = Object.fromEntries(pathParams(endpoint.path).map((name) => [name, String(asked.params[name])]));
  mistakes.push(...unkeepable(params, 'path'), ...unkeepable(asked.query, 'query'), ...unkeepable(asked.body, ''));
  if (mistakes.length > 0) throw invalid(mistakes);
  // Express gives undefined where there was no body, or one that is no JSON.
  const result = {
    params,
    query: read(endpoint.query, asked.query, 'query'),
    body: endpoint.body === undefined ? undefined : read(endpoint.body, asked.body ?? {}, ''),
  };
  if (mistakes.length > 0) throw invalid(mistakes);
  return result;
}

export function invalid(mistakes: readonly string[]): PortraitError {
  return new PortraitError(
    'INVALID_ARGUMENT',
    mistakes.length === 1
      ? `${mistakes[0]}.`
      : `${mistakes.length} things are not valid:\n${mistakes.map((mistake) => `  ${mistake}`).join('\n')}`,
    { hint: 'GET /openapi.json describes every request.' },
  );
}
