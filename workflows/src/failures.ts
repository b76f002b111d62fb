// Extracts the product's failure from the chain of causes that Temporal hands a workflow or a client.
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
        message: 'The workers of this job ended or sent no heartbeat.',
        hint: 'Check the log of the service, then retry the stage when a worker is running.',
      };
  }
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) };
}
