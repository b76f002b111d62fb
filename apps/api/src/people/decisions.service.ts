// Decisions about a training: cancel, resume, retry or skip a stage.
import { Inject, Injectable } from '@nestjs/common';
import { mergeParams } from '@portrait/catalog';
import {
  PORTRAIT_GRAPH,
  PortraitError,
  portraitWorkflowId,
  type StageName,
  didYouMean,
  type StageSpecs,
} from '@portrait/contracts';
import type { PersonView, StageView } from '@portrait/contracts/api';
import { Links } from '../artifacts/links.js';
import { recordSkippedStage } from '../bookkeeping/event-publisher.js';
import type { Database } from '../database/open-database.js';
import type { Params } from '../database/schema.js';
import type { Caller } from '../http/api-request.js';
import type { RequestOf } from '../http/route.js';
import { Intake } from '../intake/intake.js';
import { WorkflowStarter } from '../intake/workflow-starter.js';
import { DATABASE, ENGINE, STAGES_REGISTRY } from '../tokens.js';
import type { WorkEngine } from '../work/engine.js';
import { LiveStatus } from '../work/live-status.js';
import { portraitParams } from '../work/portrait-params.js';
import { PeopleService } from './people.service.js';
import type { PersonRow } from './people.views.js';

const ACTIVE = ['queued', 'training', 'parked'] as const;
const ENDED = ['ready', 'failed', 'cancelled'] as const;
const includes = <T extends string>(list: readonly T[], value: string): value is T =>
  (list as readonly string[]).includes(value);

function requireStage(name: string): StageName {
  const node = PORTRAIT_GRAPH[name];
  if (node === undefined)
    throw new PortraitError(
      'NOT_FOUND',
      `There is no stage "${name}".${didYouMean(name, Object.keys(PORTRAIT_GRAPH))}`,
    );
  return node.stage;
}

@Injectable()
export class DecisionsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(ENGINE) private readonly engine: WorkEngine,
    @Inject(STAGES_REGISTRY) private readonly registry: () => Promise<StageSpecs>,
    private readonly people: PeopleService,
    private readonly starter: WorkflowStarter,
    private readonly intake: Intake,
    private readonly live: LiveStatus,
    private readonly links: Links,
  ) {}

  async cancel(caller: Caller, id: string): Promise<PersonView> {
    const row = await this.people.row(caller.tenant, id);
    // A ready person may still be under evaluation, which can be cancelled too.
    const reporting =
      row.status === 'ready' && ((await this.engine.describe(portraitWorkflowId(id)))?.running ?? false);
    if (!includes(ACTIVE, row.status) && !reporting)
      throw new PortraitError(
        'CONFLICT',
        `The person ${id} is ${row.status}; there is nothing to cancel.`,
        row.status === 'cancelled' || row.status === 'failed'
          ? { hint: 'Resume the training with POST /v1/people/{id}:resume.' }
          : {},
      );
    if (row.startedAt !== null) await this.engine.cancel(portraitWorkflowId(id));
    await this.people.move(id, ACTIVE, { status: 'cancelled', finishedAt: new Date() });
    return this.#afterDecision(caller, id);
  }

  async resume(
    caller: Caller,
    id: string,
    { params: changes = {} }: RequestOf<'resumePerson'>['body'],
  ): Promise<PersonView> {
    const row = await this.people.row(caller.tenant, id);
    if (!includes(ENDED, row.status))
      throw new PortraitError('CONFLICT', `The person ${id} is ${row.status}.`, {
        hint:
          row.status === 'parked'
            ? 'Retry or skip the parked stage, or cancel first.'
            : 'Wait until the training has ended, or cancel it first.',
      });
    const params = mergeParams(row.params, changes) as Params;
    portraitParams(await this.registry(), row.preset, params);
    if (row.video === null) {
      // It failed before its video was fetched: start from the beginning.
      await this.people.move(id, ENDED, { status: 'queued', params, error: null, startedAt: null, finishedAt: null });
      this.intake.begin('person', id);
      return this.#afterDecision(caller, id);
    }
    await this.engine.startPortrait(await this.starter.portraitInput({ ...row, params, video: row.video }), true);
    await this.people.move(id, ENDED, {
      status: 'queued',
      params,
      error: null,
      startedAt: new Date(),
      finishedAt: null,
    });
    return this.#afterDecision(caller, id);
  }

  async retry(
    caller: Caller,
    id: string,
    stageName: string,
    { params: changes }: RequestOf<'retryStage'>['body'],
  ): Promise<PersonView> {
    const row = await this.people.row(caller.tenant, id);
    const stage = requireStage(stageName);
    const params =
      changes === undefined
        ? row.params
        : ({ ...row.params, [stage]: mergeParams(row.params[stage] ?? {}, changes) } as Params);
    const checked = portraitParams(await this.registry(), row.preset, params)[stage] ?? {};
    this.#requireUnderWay(row);
    await this.engine.retryStage(portraitWorkflowId(id), { stage: stageName, params: checked });
    await this.people.move(id, [...ACTIVE, 'ready'], { params });
    await this.people.move(id, ['parked'], { status: 'training', error: null });
    return this.#afterDecision(caller, id);
  }

  async skip(caller: Caller, id: string, stageName: string): Promise<PersonView> {
    const row = await this.people.row(caller.tenant, id);
    const stage = requireStage(stageName);
    this.#requireUnderWay(row);
    await this.engine.skipStage(portraitWorkflowId(id), { stage: stageName });
    await recordSkippedStage(this.database, id, stage);
    await this.people.move(id, ['parked'], { status: 'training', error: null });
    return this.#afterDecision(caller, id);
  }

  async stage(caller: Caller, id: string, stageName: string): Promise<StageView> {
    const row = await this.people.row(caller.tenant, id);
    requireStage(stageName);
    const found = (await this.people.facts(row)).stages.find(({ view }) => view.stage === stageName);
    if (found === undefined)
      throw new PortraitError('NOT_FOUND', `The stage ${stageName} is not part of this training.`, {
        hint: 'The person was accepted with "evaluate": false.',
      });
    return { ...found.view, previews: await this.links.files(id, found.preview) };
  }

  /** Only the workflow knows whether a stage is parked: rows may lag behind. */
  #requireUnderWay({ id, status, startedAt }: PersonRow): void {
    if (status === 'ready' || (includes(ACTIVE, status) && startedAt !== null)) return;
    throw new PortraitError(
      'CONFLICT',
      `The person ${id} is ${status}; only a parked stage can be retried or skipped.`,
      includes(ENDED, status) ? { hint: 'Resume the training with POST /v1/people/{id}:resume.' } : {},
    );
  }

  #afterDecision(caller: Caller, id: string): Promise<PersonView> {
    this.live.invalidate(portraitWorkflowId(id));
    return this.people.get(caller, id);
  }
}
