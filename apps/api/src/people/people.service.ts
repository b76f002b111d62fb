// Creates, shows, updates and erases people. Temporal runs the trainings.
import { Inject, Injectable } from '@nestjs/common';
import { PORTRAIT_GRAPH, PortraitError, portraitWorkflowId, type StageSpecs } from '@portrait/contracts';
import type { PersonView } from '@portrait/contracts/api';
import { and, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import { Links } from '../artifacts/links.js';
import { ConsentsService } from '../consents/consents.service.js';
import type { Database } from '../database/open-database.js';
import { erasures, people, stages, uploads } from '../database/schema.js';
import { checkUrl, type GuardOptions } from '../fetch-url/index.js';
import type { Caller } from '../http/api-request.js';
import { afterCursor, cursorOf, pageOf } from '../http/pagination.js';
import type { RequestOf, ResponseOf } from '../http/route.js';
import { newId } from '../ids.js';
import { Intake } from '../intake/intake.js';
import { MediaImporter } from '../intake/media-importer.js';
import { overallProgress, stageFacts, hasAllNodes, type StageFacts } from '../stages/stage-view.js';
import { DATABASE, GUARD, STAGES_REGISTRY } from '../tokens.js';
import { UploadsService } from '../uploads/uploads.service.js';
import { LiveStatus, type LiveState } from '../work/live-status.js';
import { portraitParams } from '../work/portrait-params.js';
import { erasureView, currentError, personSummary, currentStatus, type PersonRow } from './people.views.js';

const ACTIVE = ['queued', 'training', 'parked'] as const;

@Injectable()
export class PeopleService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STAGES_REGISTRY) private readonly registry: () => Promise<StageSpecs>,
    @Inject(GUARD) private readonly guard: GuardOptions,
    private readonly consents: ConsentsService,
    private readonly uploads: UploadsService,
    private readonly media: MediaImporter,
    private readonly intake: Intake,
    private readonly live: LiveStatus,
    private readonly links: Links,
  ) {}

  async create(
    { tenant }: Caller,
    {
      name,
      consentId,
      video: source,
      preset,
      params,
      seed,
      evaluate,
      metadata,
      callbackUrl,
    }: RequestOf<'createPerson'>['body'],
  ): Promise<PersonView> {
    if (callbackUrl !== undefined) checkUrl(callbackUrl, this.guard.allow);
    portraitParams(await this.registry(), preset, params);
    if ((await this.consents.find(tenant, consentId)) === null)
      throw new PortraitError('CONSENT_MISSING', `consentId: there is no consent ${consentId}.`, {
        hint: 'Record the consent with POST /v1/consents first.',
      });
    const given =
      'uploadId' in source ? await this.uploads.trainingVideo(tenant, source.uploadId, 'video.uploadId') : null;
    if (given === null) await this.media.check(tenant, '', 'source-video', source, 'video');
    const id = given?.person ?? newId('person');
    await this.database.db.transaction(async (tx) => {
      if ('uploadId' in source) {
        const taken = await tx
          .update(uploads)
          .set({ status: 'used' })
          .where(and(eq(uploads.id, source.uploadId), eq(uploads.status, 'complete')))
          .returning({ id: uploads.id });
        if (taken.length === 0)
          throw new PortraitError('CONFLICT', `video.uploadId: the upload ${source.uploadId} was already used.`);
      }
      await tx.insert(people).values({
        id,
        tenant,
        name: name ?? null,
        consent: consentId,
        status: 'queued',
        source,
        video: given?.video ?? null,
        preset,
        params,
        seed,
        evaluate,
        metadata,
        callbackUrl: callbackUrl ?? null,
      });
    });
    this.intake.begin('person', id);
    return this.view(await this.row(tenant, id));
  }

  async list(
    { tenant }: Caller,
    { limit, cursor, status }: RequestOf<'listPeople'>['query'],
  ): Promise<ResponseOf<'listPeople'>> {
    const rows = await this.database.db
      .select()
      .from(people)
      .where(
        and(
          eq(people.tenant, tenant),
          status === undefined ? undefined : eq(people.status, status),
          afterCursor(cursor, people),
        ),
      )
      .orderBy(desc(people.createdAt), desc(people.id))
      .limit(limit + 1);
    return pageOf(rows, limit, cursorOf, personSummary);
  }

  /** @throws PortraitError NOT_FOUND, also for a person of another tenant */
  async row(tenant: string, id: string, field?: string): Promise<PersonRow> {
    const [row] = await this.database.db
      .select()
      .from(people)
      .where(and(eq(people.tenant, tenant), eq(people.id, id)));
    if (row === undefined)
      throw new PortraitError('NOT_FOUND', `${field === undefined ? '' : `${field}: `}There is no person ${id}.`, {
        hint: 'Call GET /v1/people to list them.',
      });
    return row;
  }

  async get({ tenant }: Caller, id: string): Promise<PersonView> {
    return this.view(await this.row(tenant, id));
  }

  async update(caller: Caller, id: string, { name, metadata }: RequestOf<'updatePerson'>['body']): Promise<PersonView> {
    const row = await this.row(caller.tenant, id);
    const changes = { ...(name === undefined ? {} : { name }), ...(metadata === undefined ? {} : { metadata }) };
    if (Object.keys(changes).length > 0)
      await this.database.db
        .update(people)
        .set({ ...changes, updatedAt: sql`now()` as never })
        .where(eq(people.id, row.id));
    return this.get(caller, id);
  }

  /** Stages without links, and the live state of the workflow. */
  async facts(row: PersonRow): Promise<{ live: LiveState; stages: StageFacts[] }> {
    // A ready person may still be under evaluation.
    const live = row.startedAt === null ? null : await this.live.get(portraitWorkflowId(row.id));
    const rows = hasAllNodes(live)
      ? []
      : await this.database.db
          .select()
          .from(stages)
          .where(and(eq(stages.person, row.id), eq(stages.video, '')));
    const nodes = Object.keys(PORTRAIT_GRAPH).filter((node) => row.evaluate || node !== 'evaluate');
    return { live, stages: stageFacts(nodes, rows, live, ['failed', 'cancelled', 'erasing'].includes(row.status)) };
  }

  async view(row: PersonRow): Promise<PersonView> {
    const { live, stages: found } = await this.facts(row);
    const views = await Promise.all(
      found.map(async ({ view, preview }) => ({ ...view, previews: await this.links.files(row.id, preview) })),
    );
    const status = currentStatus(row.status, live, { running: 'training', parked: 'parked', from: ACTIVE });
    const summary = personSummary(row);
    return {
      ...summary,
      status,
      error: currentError(status, summary.error, views),
      progress: overallProgress(views, live),
      stages: views,
    };
  }

  async erase({ tenant }: Caller, id: string): Promise<ResponseOf<'erasePerson'>> {
    const row = await this.row(tenant, id);
    const [known] = await this.database.db
      .select()
      .from(erasures)
      .where(and(eq(erasures.tenant, tenant), eq(erasures.person, row.id), isNull(erasures.completedAt)));
    if (known !== undefined) return erasureView(known);
    const erasure = await this.database.db.transaction(async (tx) => {
      // Locks the person, so that concurrent requests create one erasure.
      await tx.select({ id: people.id }).from(people).where(eq(people.id, id)).for('update');
      const [already] = await tx
        .select()
        .from(erasures)
        .where(and(eq(erasures.tenant, tenant), eq(erasures.person, id)));
      if (already !== undefined) return already;
      await tx
        .update(people)
        .set({ status: 'erasing', updatedAt: sql`now()` as never })
        .where(eq(people.id, id));
      const [made] = await tx
        .insert(erasures)
        .values({ id: newId('erasure'), tenant, person: id })
        .returning();
      return made!;
    });
    this.intake.begin('erasure', erasure.id);
    return erasureView(erasure);
  }

  async erasures(
    { tenant }: Caller,
    { limit, cursor }: RequestOf<'listErasures'>['query'],
  ): Promise<ResponseOf<'listErasures'>> {
    const rows = await this.database.db
      .select()
      .from(erasures)
      .where(and(eq(erasures.tenant, tenant), afterCursor(cursor, erasures)))
      .orderBy(desc(erasures.createdAt), desc(erasures.id))
      .limit(limit + 1);
    return pageOf(rows, limit, cursorOf, erasureView);
  }

  async erasure({ tenant }: Caller, id: string): Promise<ResponseOf<'getErasure'>> {
    const [row] = await this.database.db
      .select()
      .from(erasures)
      .where(and(eq(erasures.tenant, tenant), eq(erasures.id, id)));
    if (row === undefined) throw new PortraitError('NOT_FOUND', `There is no erasure ${id}.`);
    return erasureView(row);
  }

  /** Updates the row if its status is one of `from`; otherwise returns false. */
  async move(
    id: string,
    from: readonly PersonRow['status'][],
    changes: Partial<typeof people.$inferInsert>,
  ): Promise<boolean> {
    return (
      (
        await this.database.db
          .update(people)
          .set({ ...changes, updatedAt: sql`now()` as never })
          .where(and(eq(people.id, id), inArray(people.status, [...from])))
          .returning({ id: people.id })
      ).length > 0
    );
  }
}
