// Measures and traces every request. Which endpoint it is for is known at its end only, so that span and label are named then.
import { ENDPOINTS, type EndpointName } from '@portrait/contracts/api';
import { inSpan, type Span } from '@portrait/observability';
import type { NextFunction, Response } from 'express';
import type { Asked } from '../http/asked.js';
import type { ApiMetrics } from './api-metrics.js';

/** Probes come all the time and tell nothing. */
const PROBES: readonly string[] = [ENDPOINTS.live.path, ENDPOINTS.ready.path];
/** Open for hours on purpose. */
const STREAM: EndpointName = 'streamEvents';
/** Verbs that the API knows; callers may send any. */
const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'OPTIONS', 'PUT'];

export function watchRequests({ requests, inFlight, streams }: ApiMetrics) {
  return (asked: Asked, response: Response, next: NextFunction): void => {
    if (PROBES.includes(asked.path)) return next();
    const began = performance.now();
    const isStream = asked.path === ENDPOINTS[STREAM].path;
    const open = isStream ? streams : inFlight;
    open.inc();
    const ended = new Promise<void>((done) => response.once('close', done));
    void ended.then(() => open.dec());
    void inSpan(asked.method, { server: { headers: asked.headers } }, async (span) => {
      next();
      await ended;
      const labels = {
        method: METHODS.includes(asked.method) ? asked.method : 'other',
        route: routeOf(asked),
        status: statusOf(response),
      };
      if (!isStream) requests.observe(labels, (performance.now() - began) / 1000);
      describe(span, asked, response, labels);
    });
  };
}

const routeOf = ({ endpoint }: Asked): string => (endpoint === undefined ? 'none' : ENDPOINTS[endpoint].path);
const statusOf = (response: Response): string =>
  response.writableFinished ? `${Math.floor(response.statusCode / 100)}xx` : 'gone';

function describe(
  span: Span,
  { requestId, caller, refusedWith, params, made }: Asked,
  { statusCode }: Response,
  { method, route }: { method: string; route: string },
): void {
  // What was refused may name anything where an id should be.
  const person = statusCode < 400 && route.startsWith(ENDPOINTS.createPerson.path) ? (params['id'] ?? made) : undefined;
  span.rename(`${method} ${route}`);
  span.set({
    'http.request.method': method,
    'http.route': route,
    'http.response.status_code': statusCode,
    'portrait.request': requestId,
    ...(caller === undefined ? {} : { 'portrait.tenant': caller.tenant }),
    ...(refusedWith === undefined ? {} : { 'portrait.error_code': refusedWith }),
    ...(person === undefined ? {} : { 'portrait.person': String(person) }),
  });
  if (statusCode >= 500) span.fail();
}
