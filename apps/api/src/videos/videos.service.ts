// Videos: accepted, shown, decided about. What a request means for the render graph is in work/portrait-params.ts.
import { findPortrait } from '@portrait/stage-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { RemoteArtifactStore } from '@portrait/artifact-store';
import { mergeParams } from '@portrait/catalog';
import { PortraitError, videoWorkflowId, type StageSpecs } from '@portrait/contracts';
import type { VideoRequest, VideoView } from '@portrait/contracts/api';
import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import { Links } from '../artifacts/links.js';
import type { Database } from '../database/open-database.js';
import { stages, videos } from '../database/schema.js';
import { failureView } from '../errors/error-answer.js';
import { checkUrl, type GuardOptions } from '../fetch-url/index.js';
import type { Caller } from '../http/asked.js';
import { afterCursor, cursorOf, pageOf } from '../http/pages.js';
import type { Ask, Reply } from '../http/route.js';
import { newId } from '../ids.js';
import { Intake } from '../intake/intake.js';
import { Media } from '../intake/media.js';
import { PeopleService } from '../people/people.service.js';
import { errorNow, statusNow } from '../people/people.views.js';
import { overallProgress, stageFacts, tellsAll, type StageFacts } from '../stages/stage-view.js';
import { DATABASE, ENGINE, GUARD, STAGES_REGISTRY, STORE } from '../tokens.js';
import type { WorkEngine } from '../work/engine.js';
import { LiveWork, type Seen } from '../work/live.js';
import { planVideo, type VideoPlan } from '../work/portrait-params.js';

type Row = typeof videos.$inferSelect;
type Summary = Reply<'listVideos'>['data'][number];

const UNDER_WAY = ['queued', 'rendering', 'parked'] as const;
const time = (date: Date | null): string | null => date?.toISOString() ?? null;

@Injectable()
export class VideosService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STORE) private readonly store: RemoteArtifactStore,
    @Inject(ENGINE) private readonly engine: WorkEngine,
    @Inject(STAGES_REGISTRY) private readonly registry: () => Promise<StageSpecs>,
    @Inject(GUARD) private readonly guard: GuardOptions,
    private readonly people: PeopleService,
    private readonly media: Media,
    private readonly intake: Intake,
    private readonly live: LiveWork,
    private readonly links: Links,
  ) {}

  async create({ tenant }: Caller, { callbackUrl, ...request }: Ask<'createVideo'>['body']): Promise<VideoView> {
    if (callbackUrl !== undefined) checkUrl(callbackUrl, this.guard.allow);
    await this.plan(tenant, request);
    const id = newId('video');
    const { personId, seed, shards, metadata } = request;
    await this.database.db.insert(videos).values({
      id,
      tenant,
      person: personId,
      status: 'queued',
      request,
      seed,
      shards,
      metadata,
      callbackUrl: callbackUrl ?? null,
    });
    this.intake.begin('video', id);
    return this.view(await this.row(tenant, id));
  }

  /** Checks a request against the portrait, the stages and the uploads it names. @throws PortraitError */
  async plan(tenant: string, request: VideoRequest): Promise<VideoPlan> {
    const { status } = await this.people.row(tenant, request.personId, 'personId');
    const portrait = status === 'erasing' ? null : await findPortrait(await this.store.scope(request.personId));
    if (portrait === null)
      throw new PortraitError(
        'CONFLICT',
        `personId: the person ${request.personId} is ${status}; there is no portrait yet.`,
        { hint: 'Wait until it is ready.' },
      );
    const plan = planVideo(await this.registry(), portrait, request);
    await this.media.check(tenant, request.personId, 'speech', plan.speech, 'audio');
    await this.media.check(tenant, request.personId, 'track', plan.poseTrack, 'pose');
    await this.media.check(tenant, request.personId, 'track', plan.eyeTrack, 'eyes');
    await this.media.check(tenant, request.personId, 'background-media', plan.backgroundMedia, 'background');
    return plan;
  }

  async list(
    { tenant }: Caller,
    { limit, cursor, status, personId, batchId }: Ask<'listVideos'>['query'],
  ): Promise<Reply<'listVideos'>> {
    const rows = await this.database.db
      .select()
      .from(videos)
      .where(
        and(
          eq(videos.tenant, tenant),
          afterCursor(cursor, videos),
          status === undefined ? undefined : eq(videos.status, status),
          personId === undefined ? undefined : eq(videos.person, personId),
          batchId === undefined ? undefined : eq(videos.batch, batchId),
        ),
      )
      .orderBy(desc(videos.createdAt), desc(videos.id))
      .limit(limit + 1);
    return pageOf(rows, limit, cursorOf, summary);
  }

  async row(tenant: string, id: string): Promise<Row> {
    const [row] = await this.database.db
      .select()
      .from(videos)
      .where(and(eq(videos.tenant, tenant), eq(videos.id, id)));
    if (row === undefined)
      throw new PortraitError('NOT_FOUND', `There is no video ${id}.`, {
        hint: 'GET /v1/videos lists those there are.',
      });
    return row;
  }

  async get({ tenant }: Caller, id: string): Promise<VideoView> {
    return this.view(await this.row(tenant, id));
  }

  async facts(row: Row): Promise<{ seen: Seen; stages: StageFacts[] }> {
    const seen =
      row.startedAt !== null && (UNDER_WAY as readonly string[]).includes(row.status)
        ? await this.live.look(videoWorkflowId(row.id))
        : null;
    const rows = tellsAll(seen)
      ? []
      : await this.database.db
          .select()
          .from(stages)
          .where(and(eq(stages.person, row.person), eq(stages.video, row.id)));
    const found = stageFacts(['audio-features', 'render'], rows, seen, ['failed', 'cancelled'].includes(row.status));
    if (row.status === 'ready')
      for (const { view } of found)
        Object.assign(view, { status: view.status === 'skipped' ? 'skipped' : 'done', progress: 1, error: null });
    return { seen, stages: found };
  }

  async view(row: Row): Promise<VideoView> {
    const { seen, stages: found } = await this.facts(row);
    const views = found.map(({ view }) => view);
    const files = row.status === 'ready' ? await this.links.files(row.person, row.video) : [];
    const told = summary(row);
    const status = statusNow(row.status, seen, { running: 'rendering', parked: 'parked', from: UNDER_WAY });
    return {
      ...told,
      status,
      error: errorNow(status, told.error, views),
      progress: overallProgress(views, seen),
      stages: views,
      comparison: row.comparison,
      files,
    };
  }

  async cancel(caller: Caller, id: string): Promise<VideoView> {
    const row = await this.row(caller.tenant, id);
    if (!(await this.#move(id, UNDER_WAY, { status: 'cancelled', finishedAt: new Date() })))
      throw new PortraitError(
        'CONFLICT',
        `The video ${id} is ${row.status}; there is nothing to cancel.`,
        row.status === 'ready' ? {} : { hint: 'To have it after all, ask for it anew: POST /v1/videos.' },
      );
    if (row.startedAt !== null) await this.engine.cancel(videoWorkflowId(id));
    return this.#decided(caller, id);
  }

  async retry(
    caller: Caller,
    id: string,
    stage: string,
    { params: changes }: Ask<'retryVideoStage'>['body'],
  ): Promise<VideoView> {
    const row = await this.row(caller.tenant, id);
    const name = stage.split('.')[0]!;
    const request =
      changes === undefined
        ? row.request
        : {
            ...row.request,
            params: {
              ...row.request.params,
              [name]: mergeParams(row.request.params[name] ?? {}, changes) as Record<string, unknown>,
            },
          };
    const checked = await this.plan(caller.tenant, request);
    if (!(UNDER_WAY as readonly string[]).includes(row.status) || row.startedAt === null)
      throw new PortraitError('CONFLICT', `The video ${id} is ${row.status}; only a parked stage can be retried.`);
    // Without changes the parts keep their own parameters, such as the frames that are theirs.
    const params = (checked.params as Record<string, Record<string, unknown> | undefined>)[name];
    await this.engine.retryStage(videoWorkflowId(id), {
      stage,
      ...(changes === undefined || params === undefined ? {} : { params }),
    });
    await this.#move(id, UNDER_WAY, { request });
    await this.#move(id, ['parked'], { status: 'rendering', error: null });
    return this.#decided(caller, id);
  }

  async #move(
    id: string,
    from: readonly Row['status'][],
    changes: Partial<typeof videos.$inferInsert>,
  ): Promise<boolean> {
    return (
      (
        await this.database.db
          .update(videos)
          .set({ ...changes, updatedAt: sql`now()` as never })
          .where(and(eq(videos.id, id), inArray(videos.status, [...from])))
          .returning({ id: videos.id })
      ).length > 0
    );
  }

  #decided(caller: Caller, id: string): Promise<VideoView> {
    this.live.changed(videoWorkflowId(id));
    return this.get(caller, id);
  }
}

function summary({
  id,
  person,
  batch,
  item,
  status,
  seed,
  shards,
  metadata,
  seconds,
  coreSeconds,
  error,
  createdAt,
  updatedAt,
  startedAt,
  finishedAt,
}: Row): Summary {
  return {
    id,
    personId: person,
    batchId: batch,
    itemId: item,
    status,
    seed,
    shards,
    metadata,
    seconds,
    coreSeconds,
    error: failureView(error),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    startedAt: time(startedAt),
    finishedAt: time(finishedAt),
  };
}
