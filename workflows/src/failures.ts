// What failed, read from the chain of failures Temporal hands a workflow or a client.
import { ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { ERROR_TABLE, type ErrorCode, type Failure } from '@portrait/contracts/work';

export function failureOf(error: unknown): Failure {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ApplicationFailure && (cause.type ?? '') in ERROR_TABLE) {
      const [detail] = cause.details ?? [];
      return (detail as Failure | undefined) ?? { code: cause.type as ErrorCode, message: cause.message };
    }
    if (cause instanceof TimeoutFailure)
      return {
        code: 'WORKER_LOST',
        message: 'The workers that had the job ended or gave no sign of life.',
        hint: 'Look at the log of the service; when a worker is up, retry the stage.',
      };
  }
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) };
}
