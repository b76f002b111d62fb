// What a failure is to a caller: status, body, headers. Facts of the inside (addresses, paths, stacks) stay in the log.
import { HttpException } from '@nestjs/common';
import { ERROR_TABLE, PortraitError, toPortraitError, type ErrorCode, type Failure } from '@portrait/contracts';
import type { ApiFailure, ErrorBody } from '@portrait/contracts/api';

export interface ErrorAnswer {
  status: number;
  headers: Record<string, string>;
  body: ErrorBody;
  /** What happened, for the log. */
  error: PortraitError;
}

/** Their messages name servers, paths or code of ours. */
const INSIDE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
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
const COME_AGAIN_SECONDS = 5;

/** Refused for coming too fast; carries when to come again. */
export class RateLimited extends PortraitError {
  constructor(readonly afterSeconds: number) {
    super('RATE_LIMITED', `Too many requests; come again in ${afterSeconds} second${afterSeconds === 1 ? '' : 's'}.`, {
      hint: 'RateLimit-Remaining and RateLimit-Reset of every answer tell how many are left.',
    });
  }
}

/** @param verbs of the path that was asked for; empty when there is none */
export function errorAnswer(thrown: unknown, requestId: string, verbs: readonly string[] = []): ErrorAnswer {
  const { error, status, headers } = classify(thrown, verbs);
  const inside = INSIDE.has(error.code);
  const body: ErrorBody = {
    error: {
      code: error.code,
      message: inside ? ERROR_TABLE[error.code].meaning : error.message,
      hint: inside
        ? error.class.retryable
          ? 'Come again later.'
          : `The log of the server tells more about ${requestId}.`
        : (error.hint ?? null),
      at: placeOf(error.at),
      requestId,
    },
  };
  return { status, headers, body, error };
}

/** A failure that was kept, as an answer tells it: for stages and videos, whose owner must understand what to do. */
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

interface Classified {
  error: PortraitError;
  status: number;
  headers: Record<string, string>;
}

function classify(thrown: unknown, verbs: readonly string[]): Classified {
  if (thrown instanceof RateLimited)
    return { error: thrown, status: 429, headers: { 'Retry-After': String(thrown.afterSeconds) } };
  if (thrown instanceof PortraitError) {
    const { httpStatus, retryable } = thrown.class;
    return {
      error: thrown,
      status: httpStatus,
      headers:
        httpStatus === 503 && retryable
          ? { 'Retry-After': String(COME_AGAIN_SECONDS) }
          : httpStatus === 401
            ? { 'WWW-Authenticate': 'Bearer' }
            : {},
    };
  }
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
    return refuse('INVALID_ARGUMENT', `There is no such action here; this path knows ${verbs.join(', ')}.`, 405, {
      Allow: verbs.join(', '),
    });
  if (status === 404) return refuse('NOT_FOUND', 'There is no such path; GET /openapi.json lists those there are.');
  if (status === 413) return refuse('INVALID_ARGUMENT', 'The body is too large.');
  if (status === 415)
    return refuse('INVALID_ARGUMENT', 'The body is in an encoding that is not understood; send JSON in UTF-8.');
  if (status >= 400 && status < 500)
    return refuse('INVALID_ARGUMENT', 'The request cannot be read; bodies are JSON in UTF-8.', 400);
  const error = toPortraitError(thrown);
  return { error, status: error.class.httpStatus, headers: {} };
}
