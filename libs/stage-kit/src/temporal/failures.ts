// PortraitError → Temporal failure. The error table decides what is tried again and how often; Temporal does the
// trying.
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { ERROR_TABLE, toPortraitError, type Failure, type PortraitError } from '@portrait/contracts';
import { annotateSpan } from '@portrait/observability';

const FIRST_DELAY_SECONDS = 1;
const LONGEST_DELAY_SECONDS = 60;

/** @param attempt 1 for the first; the failure is final once the table's number of attempts is used up. */
export function toApplicationFailure(error: unknown, attempt: number): ApplicationFailure {
  const failure = toPortraitError(error);
  annotateSpan({ 'portrait.error_code': failure.code });
  const { attempts } = ERROR_TABLE[failure.code];
  const final = attempt >= attempts;
  return ApplicationFailure.create({
    type: failure.code,
    message: failure.message,
    nonRetryable: final,
    details: [plain(failure)],
    ...(final
      ? {}
      : { nextRetryDelay: 1000 * Math.min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** (attempt - 1)) }),
    ...(failure.cause instanceof Error ? { cause: failure.cause } : {}),
  });
}

function plain({ code, message, hint, at }: PortraitError): Failure {
  return { code, message, ...(hint === undefined ? {} : { hint }), ...(at === undefined ? {} : { at }) };
}

/** An activity that fails the way the error table says. */
export function asActivity<I, O>(work: (input: I) => Promise<O>): (input: I) => Promise<O> {
  return async (input) => {
    try {
      return await work(input);
    } catch (error) {
      throw toApplicationFailure(error, Context.current().info.attempt);
    }
  };
}
