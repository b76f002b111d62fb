// Views of people for responses.
import type { PersonSummary, StageView } from '@portrait/contracts/api';
import type { erasures, people } from '../database/schema.js';
import { failureView } from '../errors/error-response.js';
import type { ResponseOf } from '../http/route.js';
import type { LiveState } from '../work/live-status.js';

type FailureView = NonNullable<PersonSummary['error']>;
export type PersonRow = typeof people.$inferSelect;

const time = (date: Date | null): string | null => date?.toISOString() ?? null;

export function personSummary({
  id,
  name,
  status,
  consent,
  preset,
  params,
  seed,
  evaluate,
  metadata,
  error,
  createdAt,
  updatedAt,
  startedAt,
  finishedAt,
}: PersonRow): PersonSummary {
  return {
    id,
    name,
    status,
    consentId: consent,
    preset,
    params: params as PersonSummary['params'],
    seed,
    evaluate,
    metadata,
    error: failureView(error),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    startedAt: time(startedAt),
    finishedAt: time(finishedAt),
  };
}

/** The current status. The workflow state, when available, is newer than the row. */
export function currentStatus<S extends string>(
  status: S,
  live: LiveState,
  words: { running: S; parked: S; from: readonly S[] },
): S {
  if (live === null || live === 'unreachable' || live.state === null || !words.from.includes(status)) return status;
  if (live.state.status === 'parked') return words.parked;
  return live.state.status === 'running' ? words.running : status;
}

/** The error that fits the current status: that of the parked stage, or none while work continues. */
export function currentError(
  status: string,
  recorded: FailureView | null,
  stages: readonly Pick<StageView, 'status' | 'error'>[],
): FailureView | null {
  if (status === 'parked') return stages.find((stage) => stage.status === 'parked')?.error ?? recorded;
  return status === 'training' || status === 'rendering' ? null : recorded;
}

export function erasureView({
  id,
  deleted,
  createdAt,
  completedAt,
}: typeof erasures.$inferSelect): ResponseOf<'getErasure'> {
  return {
    id,
    status: completedAt === null ? 'erasing' : 'erased',
    deleted,
    createdAt: createdAt.toISOString(),
    completedAt: time(completedAt),
  };
}
