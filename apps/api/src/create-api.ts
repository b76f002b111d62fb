// The API as a Nest application over given parts: body parser, request ids, headers. Not here: which parts (main.ts) and listening.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Logger } from '@portrait/contracts';
import { json, type NextFunction, type RequestHandler, type Response } from 'express';
import { ApiModule, type ApiParts } from './app.module.js';
import { keyOf } from './auth/key-text.js';
import type { Asked } from './http/asked.js';
import { newId } from './ids.js';
import { KeysService } from './keys/keys.service.js';
import type { ApiMetrics } from './metrics/api-metrics.js';
import { watchRequests } from './metrics/watch-requests.js';
import { openApiDocument } from './openapi/document.js';
import { METRICS } from './tokens.js';

/** Largest body of a request; uploads go to the store. */
const MOST_BYTES = 1_000_000;
/** Except for batches: 100,000 items, or their CSV. */
const MOST_BATCH_BYTES = 64_000_000;
const BATCHES = '/v1/batches';

export async function createApi(parts: ApiParts): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(ApiModule.with(parts), {
    bodyParser: false,
    logger: nestLogger(parts.log),
    abortOnError: false,
  });
  const http = app.getHttpAdapter().getInstance();
  http.disable('x-powered-by');
  // Weak hashes of answers that are different each time cost more than they save.
  http.disable('etag');
  app.use(identify);
  app.use(watchRequests(app.get<ApiMetrics>(METRICS)));
  app.use(BATCHES, forKnownKeys(app, json({ limit: MOST_BATCH_BYTES, strict: true })));
  app.use(json({ limit: MOST_BYTES, strict: true }));
  const document = openApiDocument();
  http.get('/openapi.json', (_, response) => void response.json(document));
  return app;
}

/** Nobody without a key gets so much of the memory; the guard says no to them later. */
function forKnownKeys(app: NestExpressApplication, handler: RequestHandler): RequestHandler {
  return (asked, response, next) => {
    const key = asked.method === 'POST' ? keyOf(asked.headers) : null;
    (key === null ? Promise.resolve(null) : app.get(KeysService).find(key)).then(
      (caller) => (caller === null ? next() : handler(asked, response, next)),
      next,
    );
  };
}

function identify(asked: Asked, response: Response, next: NextFunction): void {
  const given = asked.headers['x-request-id'];
  asked.requestId = typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : newId('request');
  response.set({ 'X-Request-Id': asked.requestId, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
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
