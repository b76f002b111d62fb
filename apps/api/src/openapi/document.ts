// Builds the OpenAPI 3.1 document from the endpoint table and the schemas the server validates with. Pure.
import { ERROR_TABLE, type ErrorCode } from '@portrait/contracts';
import { ENDPOINTS, errorBodySchema, pathParams, type Endpoint, type Scope } from '@portrait/contracts/api';
import { inputSchema, outputSchema, queryParameters, sharedSchemas } from './schemas.js';

type Json = Record<string, unknown>;

/** Errors that every endpoint with a key may return. */
const COMMON_ERRORS: readonly ErrorCode[] = [
  'INVALID_ARGUMENT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'RATE_LIMITED',
  'SERVER_UNREACHABLE',
  'STORE_UNREACHABLE',
  'STORE_UNWRITABLE',
  'INTERNAL',
];

const DESCRIPTION = `Trains a talking portrait from a video of a consenting person,
and renders videos of that person saying new things.

Every request except health probes needs a key: \`Authorization: Bearer pk_…\` or \`X-Api-Key\`.
Resources of other tenants answer 404.
POST requests accept an \`Idempotency-Key\`: a repeated request within a day gets the first response and does nothing.
Lists are sorted newest first; \`nextCursor\` leads to the next page.
Errors have the body \`Error\` with a stable \`code\`; \`X-Request-Id\` identifies the request in the server log.
\`RateLimit-Limit\`, \`RateLimit-Remaining\` and \`RateLimit-Reset\` report the quota.
Responses 429 and 503 set \`Retry-After\`.`;

const TAGS: Readonly<Record<string, string>> = {
  consents: 'Records of who agreed to a portrait of whom',
  people: 'People and their portraits, in training or ready',
  stages: 'The stages of a training: state, retry, skip',
  videos: 'Videos rendered from a portrait',
  batches: 'Many videos in one request, optionally within daily hours',
  uploads: 'Files for training and rendering, sent in parts to presigned links',
  events: 'Server-sent events',
  webhooks: 'Signed notifications of events',
  access: 'API keys and the audit log',
  health: 'Liveness and readiness probes, without a key',
};

function errorAnswers({ scopes, errors = [], path, body, idempotent }: Endpoint): Json {
  // A path parameter may not exist (404); an Idempotency-Key may be in use (409).
  const codes = new Set<ErrorCode>([
    ...(scopes === null ? [] : COMMON_ERRORS),
    ...errors,
    ...(scopes !== null && pathParams(path).length > 0 ? (['NOT_FOUND'] as const) : []),
    ...(idempotent ? (['CONFLICT'] as const) : []),
  ]);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes)
    byStatus.set(ERROR_TABLE[code].httpStatus, [...(byStatus.get(ERROR_TABLE[code].httpStatus) ?? []), code]);
  // The body may be too large (413) or in an unsupported encoding (415).
  const unread =
    body === undefined
      ? []
      : (['413', '415'] as const).map((status) => [status, { $ref: '#/components/responses/UnreadBody' }] as const);
  return Object.fromEntries([
    ...unread,
    ...[...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, found]) => [String(status), { $ref: `#/components/responses/${responseName(found)}` }] as const),
  ]);
}

/** One shared response for each set of codes with the same status. */
const responses = new Map<string, readonly ErrorCode[]>();

function responseName(codes: readonly ErrorCode[]): string {
  const name = codes
    .map((code) => code.toLowerCase().replace(/(^|_)(.)/g, (_, __, letter: string) => letter.toUpperCase()))
    .join('Or');
  responses.set(name, codes);
  return name;
}

function errorResponse(codes: readonly ErrorCode[]): Json {
  const status = ERROR_TABLE[codes[0]!].httpStatus;
  return {
    description: codes.map((code) => `\`${code}\`: ${ERROR_TABLE[code].meaning}`).join('\n\n'),
    ...(status === 429 || status === 503
      ? { headers: { 'Retry-After': { description: 'seconds', schema: { type: 'integer' } } } }
      : {}),
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  };
}

const STATUS_DESCRIPTIONS = { 200: 'OK', 201: 'Created', 202: 'Accepted', 204: 'Done' } as const;

function answerContent({ status, schema, stream, file }: Endpoint['answer']): Json {
  if (file !== undefined)
    return {
      description: 'OK; streamed',
      content: { [file.contentType]: { schema: outputSchema(file.schema) } },
    };
  if (stream !== undefined)
    return {
      description:
        'Server-sent events: `event` is the type, `id` the value for Last-Event-ID, `data` an Event in JSON. ' +
        '`progress` messages have no id',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    };
  if (schema === undefined) return { description: 'Done' };
  return {
    description: STATUS_DESCRIPTIONS[status],
    content: { 'application/json': { schema: outputSchema(schema) } },
  };
}

function describeScopes(scopes: readonly Scope[]): string {
  const names = scopes.map((scope) => `\`${scope}\``).join(' or ');
  return `Needs a key with the scope ${names}${scopes.includes('admin') ? '' : ' (or `admin`)'}.`;
}

function operation(name: string, endpoint: Endpoint): Json {
  const { tag, summary, scopes, query, body, answer, idempotent, path } = endpoint;
  const parameters = [
    ...pathParams(path).map((param) => ({
      name: param,
      in: 'path',
      required: true,
      schema: { type: 'string', minLength: 1, maxLength: 100 },
    })),
    ...(query === undefined ? [] : queryParameters(query)),
    ...(idempotent ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
    ...(answer.stream === undefined
      ? []
      : [
          {
            name: 'Last-Event-ID',
            in: 'header',
            required: false,
            description: 'id of the last event received',
            schema: { type: 'string', pattern: '^[0-9]{1,15}$' },
          },
        ]),
  ];
  return {
    operationId: name,
    tags: [tag],
    summary,
    ...(scopes === null
      ? { security: [] }
      : {
          description: describeScopes(scopes),
        }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: !body.safeParse({}).success,
            content: { 'application/json': { schema: inputSchema(body) } },
          },
        }),
    responses: {
      [String(answer.status)]: answerContent(answer),
      ...(name === 'ready' ? { 503: answerContent(answer) } : {}),
      ...errorAnswers(endpoint),
    },
  };
}

export function openApiDocument(): Json {
  const paths: Record<string, Json> = {};
  for (const [name, endpoint] of Object.entries(ENDPOINTS) as [string, Endpoint][])
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method.toLowerCase()]: operation(name, endpoint) };
  const error = outputSchema(errorBodySchema);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Talking portrait studio',
      version: '1.0.0',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { apiKey: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'API key: pk_…' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
      },
      parameters: {
        IdempotencyKey: {
          name: 'Idempotency-Key',
          in: 'header',
          required: false,
          description: 'A repeated request with the same key gets the first response, for a day',
          schema: { type: 'string', minLength: 1, maxLength: 200, pattern: '^[\\x21-\\x7e]+$' },
        },
      },
      responses: {
        ...Object.fromEntries(
          [...responses].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, codes]) => [name, errorResponse(codes)]),
        ),
        UnreadBody: errorResponse(['INVALID_ARGUMENT']),
      },
      schemas: { Error: error, ...sharedSchemas() },
    },
  };
}
