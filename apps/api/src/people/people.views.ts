// People as answers tell them.
import type { PersonSummary, StageView } from '@portrait/contracts/api';
import type { erasures, people } from '../database/schema.js';
import { failureView } from '../errors/error-answer.js';
import type { Reply } from '../http/route.js';
import type { Seen } from '../work/live.js';

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

/** The row tells what was told last; the workflow, where it can be seen, knows better whether it runs or waits for a decision. */
export function statusNow<S extends string>(
  status: S,
  seen: Seen,
  words: { running: S; parked: S; from: readonly S[] },
): S {
  if (seen === null || seen === 'away' || seen.state === null || !words.from.includes(status)) return status;
  if (seen.state.status === 'parked') return words.parked;
  return seen.state.status === 'running' ? words.running : status;
}

/** Goes with the status: why it is parked, as the workflow says; nothing while it goes on. The row may say so a moment later. */
export function errorNow(
  status: string,
  told: FailureView | null,
  stages: readonly Pick<StageView, 'status' | 'error'>[],
): FailureView | null {
  if (status === 'parked') return stages.find((stage) => stage.status === 'parked')?.error ?? told;
  return status === 'training' || status === 'rendering' ? null : told;
}

export function erasureView({
  id,
  deleted,
  createdAt,
  completedAt,
}: typeof erasures.$inferSelect): Reply<'getErasure'> {
  return {
    id,
    status: completedAt === null ? 'erasing' : 'erased',
    deleted,
    createdAt: createdAt.toISOString(),
    completedAt: time(completedAt),
  };
}
