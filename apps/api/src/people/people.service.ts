// People: accepted, shown, changed, decided about, erased. The work itself is Temporal's.
import { Inject, Injectable } from '@nestjs/common';
import { PORTRAIT_GRAPH, PortraitError, portraitWorkflowId, type StageSpecs } from '@portrait/contracts';
import type { PersonView } from '@portrait/contracts/api';
import { and, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import { Links } from '../artifacts/links.js';
import { ConsentsService } from '../consents/consents.service.js';
import type { Database } from '../database/open-database.js';
import { erasures, people, stages, uploads } from '../database/schema.js';
import { checkUrl, type GuardOptions } from '../fetch-url/index.js';
import type { Caller } from '../http/asked.js';
import { afterCursor, cursorOf, pageOf } from '../http/pages.js';
import type { Ask, Reply } from '../http/route.js';
import { newId } from '../ids.js';
import { Intake } from '../intake/intake.js';
import { Media } from '../intake/media.js';
import { overallProgress, stageFacts, tellsAll, type StageFacts } from '../stages/stage-view.js';
import { DATABASE, GUARD, STAGES_REGISTRY } from '../tokens.js';
import { UploadsService } from '../uploads/uploads.service.js';
import { LiveWork, type Seen } from '../work/live.js';
import { portraitParams } from '../work/portrait-params.js';
import { erasureView, errorNow, personSummary, statusNow, type PersonRow } from './people.views.js';

const UNDER_WAY = ['queued', 'training', 'parked'] as const;

@Injectable()
export class PeopleService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STAGES_REGISTRY) private readonly registry: () => Promise<StageSpecs>,
    @Inject(GUARD) private readonly guard: GuardOptions,
    private readonly consents: ConsentsService,
    private readonly uploads: UploadsService,
    private readonly media: Media,
    private readonly intake: Intake,
    private readonly live: LiveWork,
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
    }: Ask<'createPerson'>['body'],
  ): Promise<PersonView> {
    if (callbackUrl !== undefined) checkUrl(callbackUrl, this.guard.allow);
    portraitParams(await this.registry(), preset, params);
    if ((await this.consents.find(tenant, consentId)) === null)
      throw new PortraitError('CONSENT_MISSING', `consentId: there is no consent ${consentId}.`, {
        hint: 'Nothing is trained without one: POST /v1/consents records who agreed to what.',
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
          throw new PortraitError('CONFLICT', `video.uploadId: the upload ${source.uploadId} was used already.`);
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

  async list({ tenant }: Caller, { limit, cursor, status }: Ask<'listPeople'>['query']): Promise<Reply<'listPeople'>> {
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

  /** @throws PortraitError NOT_FOUND: also for a person of another tenant */
  async row(tenant: string, id: string, field?: string): Promise<PersonRow> {
    const [row] = await this.database.db
      .select()
      .from(people)
      .where(and(eq(people.tenant, tenant), eq(people.id, id)));
    if (row === undefined)
      throw new PortraitError('NOT_FOUND', `${field === undefined ? '' : `${field}: `}There is no person ${id}.`, {
        hint: 'GET /v1/people lists those there are.',
      });
    return row;
  }

  async get({ tenant }: Caller, id: string): Promise<PersonView> {
    return this.view(await this.row(tenant, id));
  }

  async update(caller: Caller, id: string, { name, metadata }: Ask<'updatePerson'>['body']): Promise<PersonView> {
    const row = await this.row(caller.tenant, id);
    const changes = { ...(name === undefined ? {} : { name }), ...(metadata === undefined ? {} : { metadata }) };
    if (Object.keys(changes).length > 0)
      await this.database.db
        .update(people)
        .set({ ...changes, updatedAt: sql`now()` as never })
        .where(eq(people.id, row.id));
    return this.get(caller, id);
  }

  /** Stages without links, and what was seen of the running work. */
  async facts(row: PersonRow): Promise<{ seen: Seen; stages: StageFacts[] }> {
    // A portrait that is ready may still have its report made.
    const seen = row.startedAt === null ? null : await this.live.look(portraitWorkflowId(row.id));
    const rows = tellsAll(seen)
      ? []
      : await this.database.db
          .select()
          .from(stages)
          .where(and(eq(stages.person, row.id), eq(stages.video, '')));
    const nodes = Object.keys(PORTRAIT_GRAPH).filter((node) => row.evaluate || node !== 'evaluate');
    return { seen, stages: stageFacts(nodes, rows, seen, ['failed', 'cancelled', 'erasing'].includes(row.status)) };
  }

  async view(row: PersonRow): Promise<PersonView> {
    const { seen, stages: found } = await this.facts(row);
    const views = await Promise.all(
      found.map(async ({ view, preview }) => ({ ...view, previews: await this.links.files(row.id, preview) })),
    );
    const status = statusNow(row.status, seen, { running: 'training', parked: 'parked', from: UNDER_WAY });
    const told = personSummary(row);
    return {
      ...told,
      status,
      error: errorNow(status, told.error, views),
      progress: overallProgress(views, seen),
      stages: views,
    };
  }

  async erase({ tenant }: Caller, id: string): Promise<Reply<'erasePerson'>> {
    const row = await this.row(tenant, id);
    const [known] = await this.database.db
      .select()
      .from(erasures)
      .where(and(eq(erasures.tenant, tenant), eq(erasures.person, row.id), isNull(erasures.completedAt)));
    if (known !== undefined) return erasureView(known);
    const erasure = await this.database.db.transaction(async (tx) => {
      // Taken first, so that of two requests at once one waits for the other.
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

  async erasures({ tenant }: Caller, { limit, cursor }: Ask<'listErasures'>['query']): Promise<Reply<'listErasures'>> {
    const rows = await this.database.db
      .select()
      .from(erasures)
      .where(and(eq(erasures.tenant, tenant), afterCursor(cursor, erasures)))
      .orderBy(desc(erasures.createdAt), desc(erasures.id))
      .limit(limit + 1);
    return pageOf(rows, limit, cursorOf, erasureView);
  }

  async erasure({ tenant }: Caller, id: string): Promise<Reply<'getErasure'>> {
    const [row] = await this.database.db
      .select()
      .from(erasures)
      .where(and(eq(erasures.tenant, tenant), eq(erasures.id, id)));
    if (row === undefined) throw new PortraitError('NOT_FOUND', `There is no erasure ${id}.`);
    return erasureView(row);
  }

  /** Sets the status where it is one of `from`; false when it is not. */
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
