// Converts Temporal errors to PortraitError.
import { ERROR_TABLE, PortraitError, type ErrorCode, type Failure } from '@portrait/contracts';
import { isGrpcServiceError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';

export function fromTemporalError(error: unknown): PortraitError {
  if (error instanceof PortraitError) return error;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (!(cause instanceof ApplicationFailure) || !((cause.type ?? '') in ERROR_TABLE)) continue;
    const [detail] = (cause.details ?? []) as [Failure?];
    const { message, hint, at } = detail ?? { message: cause.message };
    return new PortraitError(cause.type as ErrorCode, message, {
      cause: error,
      ...(hint === undefined ? {} : { hint }),
      ...(at === undefined ? {} : { at }),
    });
  }
  const grpc = (error as { cause?: unknown } | null)?.cause;
  if (
    isGrpcServiceError(error) ||
    isGrpcServiceError(grpc) ||
    error instanceof WorkflowUpdateRPCTimeoutOrCancelledError
  ) {
    return new PortraitError(
      'SERVER_UNREACHABLE',
      `Temporal or the orchestrator does not answer: ${(error as Error).message}`,
      { cause: error, hint: 'Check that Temporal and the orchestrator are running.' },
    );
  }
  return new PortraitError('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
}
