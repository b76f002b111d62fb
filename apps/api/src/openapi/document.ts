// The description of the API (OpenAPI 3.1), made from the table of endpoints and the same schemas the server checks with. Pure.
import { ERROR_TABLE, type ErrorCode } from '@portrait/contracts';
import { ENDPOINTS, errorBodySchema, pathParams, type Endpoint } from '@portrait/contracts/api';
import { inputSchema, outputSchema, queryParameters, sharedSchemas } from './schemas.js';

type Json = Record<string, unknown>;

/** What any endpoint with a key may answer. */
const EVERYWHERE: readonly ErrorCode[] = [
  'INVALID_ARGUMENT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'RATE_LIMITED',
  'SERVER_UNREACHABLE',
  'STORE_UNREACHABLE',
  'STORE_UNWRITABLE',
  'INTERNAL',
];

const DESCRIPTION = `Learns a talking portrait from a video of a person who has agreed to it, and makes videos of that person saying new things.

Every request but those for health needs a key: \`Authorization: Bearer pk_…\` (or \`X-Api-Key\`). What another tenant has does not exist (404).
POST requests may carry an \`Idempotency-Key\`: sent again within a day, they get the first answer and do nothing.
Lists are newest first; \`nextCursor\` leads to the next page. Every failure has the body \`Error\`; its \`code\` is stable, and \`X-Request-Id\` names it in the log.
\`RateLimit-Limit\`, \`RateLimit-Remaining\` and \`RateLimit-Reset\` tell how many requests are left; 429 and 503 say in \`Retry-After\` when to come again.`;

const TAGS: Readonly<Record<string, string>> = {
  consents: 'Who agreed to a portrait of whom',
  people: 'Portraits, being learnt or ready',
  stages: 'The stages of a training, and what to do about one that failed',
  videos: 'A portrait saying something',
  batches: 'Many videos as one piece of work',
  uploads: 'Bytes on their way to the store: parts are PUT where the answer says, without a key',
  events: 'What happens, as it happens',
  webhooks: 'Being told of events, signed',
  access: 'Keys and the audit log',
  health: 'For probes; no key',
};

function errorAnswers({ scopes, errors = [], path, body, idempotent }: Endpoint): Json {
  // A path that names something may name nothing, and an Idempotency-Key may be taken.
  const codes = new Set<ErrorCode>([
    ...(scopes === null ? [] : EVERYWHERE),
    ...errors,
    ...(scopes !== null && pathParams(path).length > 0 ? (['NOT_FOUND'] as const) : []),
    ...(idempotent ? (['CONFLICT'] as const) : []),
  ]);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes)
    byStatus.set(ERROR_TABLE[code].httpStatus, [...(byStatus.get(ERROR_TABLE[code].httpStatus) ?? []), code]);
  // Before a body is read it may be found too large (413) or in an encoding that is not understood (415).
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

/** One response for each set of codes that share a status. */
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

function answerContent({ status, schema, stream, file }: Endpoint['answer']): Json {
  if (file !== undefined)
    return {
      description: 'Fine; written piece by piece',
      content: { [file.contentType]: { schema: outputSchema(file.schema) } },
    };
  if (stream !== undefined)
    return {
      description:
        'Server-sent events: `event` is the type, `id` the place to go on from, `data` an Event in JSON; `progress` events have no id',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    };
  if (schema === undefined) return { description: 'Done' };
  return {
    description: status === 202 ? 'Accepted' : status === 201 ? 'Made' : 'Fine',
    content: { 'application/json': { schema: outputSchema(schema) } },
  };
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
            description: 'id of the last event that was received',
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
          description: `Needs a key with the scope ${scopes.map((scope) => `\`${scope}\``).join(' or ')}${scopes.includes('admin') ? '' : ' (or `admin`)'}.`,
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
        bearer: { type: 'http', scheme: 'bearer', description: 'a key: pk_…' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
      },
      parameters: {
        IdempotencyKey: {
          name: 'Idempotency-Key',
          in: 'header',
          required: false,
          description: 'the same request again gets the first answer, for a day',
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
