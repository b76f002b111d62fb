// Converts errors to responses: status, headers, body. Internal details (addresses, paths, stacks) appear in the log
// only.
import { HttpException } from '@nestjs/common';
import { ERROR_TABLE, PortraitError, toPortraitError, type ErrorCode, type Failure } from '@portrait/contracts';
import type { ApiFailure, ErrorBody } from '@portrait/contracts/api';

interface ErrorResponse {
  status: number;
  headers: Record<string, string>;
  body: ErrorBody;
  /** The full error, for the log. */
  error: PortraitError;
}

/** Codes whose messages name our servers, paths or code. */
const INTERNAL_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'INTERNAL',
  'STORE_UNREACHABLE',
  'STORE_UNWRITABLE',
  'STORE_BUSY',
  'SERVER_UNREACHABLE',
  'ARTIFACT_CORRUPT',
  'DEPENDENCY_MISSING',
  'MODEL_UNAVAILABLE',
  'TOOL_KILLED',
  'WORKER_LOST',
]);
const RETRY_AFTER_SECONDS = 5;

/** Carries the delay for Retry-After. */
export class RateLimited extends PortraitError {
  constructor(readonly retryAfterSeconds: number) {
    super(
      'RATE_LIMITED',
      `Too many requests; retry in ${retryAfterSeconds} second${retryAfterSeconds === 1 ? '' : 's'}.`,
      {
        hint: 'Check RateLimit-Remaining and RateLimit-Reset in every response.',
      },
    );
  }
}

/** @param verbs methods of the requested path; empty when the path does not exist */
export function errorResponse(thrown: unknown, requestId: string, verbs: readonly string[] = []): ErrorResponse {
  const { error, status, headers } = classify(thrown, verbs);
  const inside = INTERNAL_CODES.has(error.code);
  const internalHint = error.class.retryable ? 'Retry later.' : `Find request ${requestId} in the server log.`;
  const body: ErrorBody = {
    error: {
      code: error.code,
      message: inside ? ERROR_TABLE[error.code].meaning : error.message,
      hint: inside ? internalHint : (error.hint ?? null),
      at: placeOf(error.at),
      requestId,
    },
  };
  return { status, headers, body, error };
}

/** View of a stored failure of a stage or video. It keeps the message: the owner must be able to act on it. */
export function failureView(failure: Failure | null | undefined): ApiFailure | null {
  if (!failure) return null;
  return {
    code: failure.code,
    message: failure.code === 'INTERNAL' ? ERROR_TABLE.INTERNAL.meaning : failure.message,
    hint: failure.hint ?? null,
    at: placeOf(failure.at),
  };
}

function placeOf(at: Failure['at']): ApiFailure['at'] {
  if (at === undefined) return null;
  const { stage, frame, second } = at;
  const place = {
    ...(stage === undefined ? {} : { stage }),
    ...(frame === undefined ? {} : { frame }),
    ...(second === undefined ? {} : { second }),
  };
  return Object.keys(place).length === 0 ? null : place;
}

function headersFor({ class: { httpStatus, retryable } }: PortraitError): Record<string, string> {
  if (httpStatus === 503 && retryable) return { 'Retry-After': String(RETRY_AFTER_SECONDS) };
  return httpStatus === 401 ? { 'WWW-Authenticate': 'Bearer' } : {};
}

interface Classified {
  error: PortraitError;
  status: number;
  headers: Record<string, string>;
}

function classify(thrown: unknown, verbs: readonly string[]): Classified {
  if (thrown instanceof RateLimited)
    return { error: thrown, status: 429, headers: { 'Retry-After': String(thrown.retryAfterSeconds) } };
  if (thrown instanceof PortraitError)
    return { error: thrown, status: thrown.class.httpStatus, headers: headersFor(thrown) };
  const status =
    thrown instanceof HttpException
      ? thrown.getStatus()
      : Number((thrown as { status?: unknown } | null)?.status ?? 500);
  const refuse = (code: ErrorCode, message: string, as = status, headers: Record<string, string> = {}): Classified => ({
    error: new PortraitError(code, message, { cause: thrown }),
    status: as,
    headers,
  });
  if (status === 404 && verbs.length > 0)
    return refuse('INVALID_ARGUMENT', `The method is not allowed; this path allows ${verbs.join(', ')}.`, 405, {
      Allow: verbs.join(', '),
    });
  if (status === 404) return refuse('NOT_FOUND', 'There is no such path; see GET /openapi.json.');
  if (status === 413) return refuse('INVALID_ARGUMENT', 'The body is too large.');
  if (status === 415)
    return refuse('INVALID_ARGUMENT', 'The encoding of the body is not supported; send JSON in UTF-8.');
  if (status >= 400 && status < 500)
    return refuse('INVALID_ARGUMENT', 'The request cannot be parsed; send JSON in UTF-8.', 400);
  const error = toPortraitError(thrown);
  return { error, status: error.class.httpStatus, headers: {} };
}
