// Measures and traces every request. The endpoint is known only after routing, so the span and labels are named at the
// end.
import { ENDPOINTS, type EndpointName } from '@portrait/contracts/api';
import { inSpan, type Span } from '@portrait/observability';
import type { NextFunction, Response } from 'express';
import type { ApiRequest } from '../http/api-request.js';
import type { ApiMetrics } from './api-metrics.js';

/** Probes are frequent and carry no information. */
const PROBES: readonly string[] = [ENDPOINTS.live.path, ENDPOINTS.ready.path];
/** Streams stay open for hours, so their duration is not measured. */
const STREAM: EndpointName = 'streamEvents';
/** Bounds the label: clients may send any method. */
const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'OPTIONS', 'PUT'];

export function measureRequests({ requests, inFlight, streams }: ApiMetrics) {
  return (request: ApiRequest, response: Response, next: NextFunction): void => {
    if (PROBES.includes(request.path)) return next();
    const began = performance.now();
    const isStream = request.path === ENDPOINTS[STREAM].path;
    const open = isStream ? streams : inFlight;
    open.inc();
    const ended = new Promise<void>((done) => response.once('close', done));
    void ended.then(() => open.dec());
    void inSpan(request.method, { server: { headers: request.headers } }, async (span) => {
      next();
      await ended;
      const labels = {
        method: METHODS.includes(request.method) ? request.method : 'other',
        route: routeOf(request),
        status: statusOf(response),
      };
      if (!isStream) requests.observe(labels, (performance.now() - began) / 1000);
      describe(span, request, response, labels);
    });
  };
}

const routeOf = ({ endpoint }: ApiRequest): string => (endpoint === undefined ? 'none' : ENDPOINTS[endpoint].path);
const statusOf = (response: Response): string =>
  response.writableFinished ? `${Math.floor(response.statusCode / 100)}xx` : 'gone';

function describe(
  span: Span,
  { requestId, caller, errorCode, params, createdId }: ApiRequest,
  { statusCode }: Response,
  { method, route }: { method: string; route: string },
): void {
  // The path of a refused request may hold arbitrary text instead of an id.
  const person =
    statusCode < 400 && route.startsWith(ENDPOINTS.createPerson.path) ? (params['id'] ?? createdId) : undefined;
  span.rename(`${method} ${route}`);
  span.set({
    'http.request.method': method,
    'http.route': route,
    'http.response.status_code': statusCode,
    'portrait.request': requestId,
    ...(caller === undefined ? {} : { 'portrait.tenant': caller.tenant }),
    ...(errorCode === undefined ? {} : { 'portrait.error_code': errorCode }),
    ...(person === undefined ? {} : { 'portrait.person': String(person) }),
  });
  if (statusCode >= 500) span.fail();
}
