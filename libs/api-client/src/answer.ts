// Unwraps API responses: returns the body, or throws the PortraitError the server reported.
import { ERROR_TABLE, PortraitError, toPortraitError, type ErrorCode } from '@portrait/contracts';
import type { components } from './generated/api.js';

type ErrorBody = components['schemas']['Error'];

interface Called<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** @throws PortraitError with the code of the server; SERVER_UNREACHABLE when there is no response */
export async function answer<T>(call: Promise<Called<T>>): Promise<NonNullable<T>> {
  let called: Called<T>;
  try {
    called = await call;
  } catch (error) {
    throw connectionError(error);
  }
  if (called.response.ok) return called.data as NonNullable<T>;
  throw responseError(called.response, called.error);
}

/** @param body parsed response body of any shape */
export function responseError(response: Response, body: unknown): PortraitError {
  const { error } = (body ?? {}) as Partial<ErrorBody>;
  if (error === undefined || !(error.code in ERROR_TABLE)) {
    return new PortraitError(
      'SERVER_UNREACHABLE',
      `${response.url} answered ${response.status}, but not like the API.`,
      { hint: 'Check the address of the API and any proxy in between.' },
    );
  }
  const { stage, frame, second } = error.at ?? {};
  const at = {
    ...(stage === undefined ? {} : { stage }),
    ...(frame === undefined ? {} : { frame }),
    ...(second === undefined ? {} : { second }),
  };
  // The request id finds the details in the server log.
  const hint = [error.hint, response.status >= 500 ? `Request id: ${error.requestId}.` : null]
    .filter((text) => text !== null)
    .join(' ');
  return new PortraitError(error.code as ErrorCode, error.message, {
    ...(hint === '' ? {} : { hint }),
    ...(Object.keys(at).length === 0 ? {} : { at }),
  });
}

export function connectionError(error: unknown): PortraitError {
  const known = toPortraitError(error);
  if (known.code !== 'INTERNAL') return known;
  const cause = (error as { cause?: { message?: string; code?: string } }).cause;
  return new PortraitError(
    'SERVER_UNREACHABLE',
    `The API does not answer: ${cause?.message ?? cause?.code ?? known.message}`,
    { cause: error, hint: 'Check that the API is running and its address is correct.' },
  );
}
