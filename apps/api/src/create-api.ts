// Creates the Nest application: request ids, headers, body parsers. main.ts provides the dependencies and listens.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Logger } from '@portrait/contracts';
import { json, type NextFunction, type RequestHandler, type Response } from 'express';
import { ApiModule, type ApiParts } from './app.module.js';
import { readKey } from './auth/key-text.js';
import type { ApiRequest } from './http/api-request.js';
import { newId } from './ids.js';
import { KeysService } from './keys/keys.service.js';
import type { ApiMetrics } from './metrics/api-metrics.js';
import { measureRequests } from './metrics/measure-requests.js';
import { openApiDocument } from './openapi/document.js';
import { METRICS } from './tokens.js';

/** Limit for JSON bodies; files go to the store directly. */
const MAX_BODY_BYTES = 1_000_000;
/** Limit for POST /v1/batches: 100,000 items, as JSON or CSV. */
const MAX_BATCH_BODY_BYTES = 64_000_000;
const BATCHES = '/v1/batches';

export async function createApi(parts: ApiParts): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(ApiModule.with(parts), {
    bodyParser: false,
    logger: nestLogger(parts.log),
    abortOnError: false,
  });
  const http = app.getHttpAdapter().getInstance();
  http.disable('x-powered-by');
  // Hashing responses that differ each time costs more than it saves.
  http.disable('etag');
  app.use(identify);
  app.use(measureRequests(app.get<ApiMetrics>(METRICS)));
  app.use(BATCHES, forKnownKeys(app, json({ limit: MAX_BATCH_BODY_BYTES, strict: true })));
  app.use(json({ limit: MAX_BODY_BYTES, strict: true }));
  const document = openApiDocument();
  http.get('/openapi.json', (_, response) => void response.json(document));
  return app;
}

/**
 * Parses large bodies for valid keys only. Requests without one fall through to the small limit and are refused by the
 * guard.
 */
function forKnownKeys(app: NestExpressApplication, handler: RequestHandler): RequestHandler {
  return (request, response, next) => {
    const key = request.method === 'POST' ? readKey(request.headers) : null;
    (key === null ? Promise.resolve(null) : app.get(KeysService).find(key)).then(
      (caller) => (caller === null ? next() : handler(request, response, next)),
      next,
    );
  };
}

function identify(request: ApiRequest, response: Response, next: NextFunction): void {
  const given = request.headers['x-request-id'];
  request.requestId = typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : newId('request');
  response.set({ 'X-Request-Id': request.requestId, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
  next();
}

function nestLogger(log: Logger) {
  const line = (message: unknown): string =>
    message instanceof Error ? (message.stack ?? message.message) : String(message);
  return {
    log: (message: unknown) => log.debug(line(message)),
    warn: (message: unknown) => log.warn(line(message)),
    error: (message: unknown) => log.warn(line(message)),
  };
}
