// Resumes remote work: retries a parked stage, with changed parameters if given, or skips it; retries items of a batch.
import { answer } from '@portrait/api-client';
import { PortraitError } from '@portrait/contracts';
import type { Session } from '../session.js';
import type { Batch, StageState } from './api-types.js';
import { remoteParams } from './remote-params.js';
import type { Remote } from './connect.js';
import { nameOf, People } from './find-person.js';
import type { Target } from './target.js';
import { getVideo } from './watch-video.js';

interface RetryRequest {
  stage?: string | undefined;
  set: readonly string[];
  skip: boolean;
}

export async function retryPerson(
  session: Session,
  remote: Remote,
  target: Target,
  request: RetryRequest,
): Promise<{ id: string; name: string | null }> {
  const { client } = remote;
  const summary = await new People(client).require(target.name);
  const { id } = summary;
  const person = await answer(client.GET('/v1/people/{id}', { params: { path: { id } } }));
  const name = nameOf(summary);
  const newParams = await remoteParams(client, 'portrait', request.set);
  if (person.status === 'failed' || person.status === 'cancelled') {
    if (request.stage !== undefined || request.skip)
      throw new PortraitError('CONFLICT', `The training of ${name} is ${person.status}; no stage of it is parked.`, {
        hint: `Resume the whole training: ${remote.command('retry', '--person', name)}`,
      });
    await answer(client.POST('/v1/people/{id}:resume', { params: { path: { id } }, body: { params: newParams } }));
    session.console.note(`  The training of ${name} was ${person.status}; it resumes with its finished stages`);
    return summary;
  }
  const stage = parkedStage(`The training of ${name}`, person.status, person.stages, request.stage);
  const params = paramsOf(stage, newParams);
  if (request.skip) {
    if (params !== undefined)
      throw new PortraitError('INVALID_ARGUMENT', '--skip and --set exclude each other.', {
        hint: 'Give one of them.',
      });
    await answer(client.POST('/v1/people/{id}/stages/{stage}:skip', { params: { path: { id, stage } } }));
  } else {
    await answer(
      client.POST('/v1/people/{id}/stages/{stage}:retry', {
        params: { path: { id, stage } },
        body: params === undefined ? {} : { params },
      }),
    );
  }
  session.console.event({
    type: 'decided',
    person: name,
    id,
    stage,
    decision: request.skip ? 'skip' : 'retry',
    params,
  });
  return summary;
}

export async function retryVideo(
  session: Session,
  remote: Remote,
  { name: id }: Target,
  request: Omit<RetryRequest, 'skip'>,
): Promise<void> {
  const video = await getVideo(remote, id);
  const newParams = await remoteParams(remote.client, 'render', request.set);
  const stage = parkedStage(`The render ${id}`, video.status, video.stages, request.stage);
  const params = paramsOf(stage, newParams);
  await answer(
    remote.client.POST('/v1/videos/{id}/stages/{stage}:retry', {
      params: { path: { id, stage } },
      body: params === undefined ? {} : { params },
    }),
  );
  session.console.event({ type: 'decided', video: id, stage, decision: 'retry', params });
}

export async function retryBatch(
  { console }: Session,
  { client }: Remote,
  { name: id }: Target,
  items: 'failed' | 'unfinished',
): Promise<Batch> {
  const batch = await answer(client.POST('/v1/batches/{id}:retry', { params: { path: { id } }, body: { items } }));
  console.event({ type: 'decided', batch: id, decision: 'retry', items });
  return batch;
}

/** The named stage, or the only parked one. */
function parkedStage(
  what: string,
  status: string,
  stages: readonly StageState[],
  newParams: string | undefined,
): string {
  if (newParams !== undefined) return newParams;
  const parked = stages.filter((stage) => stage.status === 'parked').map(({ stage }) => stage);
  if (parked.length === 1) return parked[0]!;
  if (parked.length === 0)
    throw new PortraitError('CONFLICT', `${what} is ${status}; no stage of it is parked.`, {
      hint: 'Only a parked stage can be retried or skipped.',
    });
  throw new PortraitError('INVALID_ARGUMENT', `${what} has ${parked.length} parked stages: ${parked.join(', ')}.`, {
    hint: 'Name one with --stage.',
  });
}

function paramsOf(
  stage: string,
  newParams: Readonly<Record<string, Record<string, unknown>>>,
): Record<string, unknown> | undefined {
  const [name = ''] = stage.split('.');
  const others = Object.keys(newParams).filter((other) => other !== name);
  if (others.length > 0)
    throw new PortraitError(
      'INVALID_ARGUMENT',
      `--set ${others[0]}.…: a retry can change only parameters of ${name}.`,
      { hint: 'To change others, cancel the training and start it again with --set.' },
    );
  return newParams[name];
}
