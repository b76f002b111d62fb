// The answer of a call, or its failure as the PortraitError the server meant.
import { ERROR_TABLE, PortraitError, toPortraitError, type ErrorCode } from '@portrait/contracts';
import type { components } from './generated/api.js';

type ErrorBody = components['schemas']['Error'];

interface Called<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** @throws PortraitError with the code of the server; SERVER_UNREACHABLE when there is no answer */
export async function answer<T>(call: Promise<Called<T>>): Promise<NonNullable<T>> {
  let called: Called<T>;
  try {
    called = await call;
  } catch (error) {
    throw callFault(error);
  }
  if (called.response.ok) return called.data as NonNullable<T>;
  throw answeredFault(called.response, called.error);
}

/** @param body as parsed, whatever it is */
export function answeredFault(response: Response, body: unknown): PortraitError {
  const { error } = (body ?? {}) as Partial<ErrorBody>;
  if (error === undefined || !(error.code in ERROR_TABLE)) {
    return new PortraitError(
      'SERVER_UNREACHABLE',
      `${response.url} answered ${response.status}, not as the API does.`,
      { hint: 'Look whether the address is that of the API, and what stands between.' },
    );
  }
  const { stage, frame, second } = error.at ?? {};
  const at = {
    ...(stage === undefined ? {} : { stage }),
    ...(frame === undefined ? {} : { frame }),
    ...(second === undefined ? {} : { second }),
  };
  // The log of the server knows more of its own faults, under this id.
  const hint = [error.hint, response.status >= 500 ? `It was request ${error.requestId}.` : null]
    .filter((text) => text !== null)
    .join(' ');
  return new PortraitError(error.code as ErrorCode, error.message, {
    ...(hint === '' ? {} : { hint }),
    ...(Object.keys(at).length === 0 ? {} : { at }),
  });
}

export function callFault(error: unknown): PortraitError {
  const known = toPortraitError(error);
  if (known.code !== 'INTERNAL') return known;
  const cause = (error as { cause?: { message?: string; code?: string } }).cause;
  return new PortraitError(
    'SERVER_UNREACHABLE',
    `The API does not answer: ${cause?.message ?? cause?.code ?? known.message}`,
    { cause: error, hint: 'Look whether it is up and its address is right.' },
  );
}
