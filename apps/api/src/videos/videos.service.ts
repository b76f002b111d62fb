// Creates, shows, cancels and retries videos. work/portrait-params.ts maps requests to the render graph.
import { Inject, Injectable } from '@nestjs/common';
import type { RemoteArtifactStore } from '@portrait/artifact-store';
import { mergeParams } from '@portrait/catalog';
import { PortraitError, videoWorkflowId, type StageSpecs } from '@portrait/contracts';
import type { VideoRequest, VideoView } from '@portrait/contracts/api';
import { findPortrait } from '@portrait/stage-kit';
import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import { Links } from '../artifacts/links.js';
import type { Database } from '../database/open-database.js';
import { stages, videos } from '../database/schema.js';
import { failureView } from '../errors/error-response.js';
import { checkUrl, type GuardOptions } from '../fetch-url/index.js';
import type { Caller } from '../http/api-request.js';
import { afterCursor, cursorOf, pageOf } from '../http/pagination.js';
import type { RequestOf, ResponseOf } from '../http/route.js';
import { newId } from '../ids.js';
import { Intake } from '../intake/intake.js';
import { MediaImporter } from '../intake/media-importer.js';
import { PeopleService } from '../people/people.service.js';
import { currentError, currentStatus } from '../people/people.views.js';
import { overallProgress, stageFacts, hasAllNodes, type StageFacts } from '../stages/stage-view.js';
import { DATABASE, ENGINE, GUARD, STAGES_REGISTRY, STORE } from '../tokens.js';
import type { WorkEngine } from '../work/engine.js';
import { LiveStatus, type LiveState } from '../work/live-status.js';
import { planVideo, type VideoPlan } from '../work/portrait-params.js';

type Row = typeof videos.$inferSelect;
type Summary = ResponseOf<'listVideos'>['data'][number];

const ACTIVE = ['queued', 'rendering', 'parked'] as const;
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
    private readonly media: MediaImporter,
    private readonly intake: Intake,
    private readonly live: LiveStatus,
    private readonly links: Links,
  ) {}

  async create({ tenant }: Caller, { callbackUrl, ...request }: RequestOf<'createVideo'>['body']): Promise<VideoView> {
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

  /** Validates a request against the portrait, the stages and its uploads. @throws PortraitError */
  async plan(tenant: string, request: VideoRequest): Promise<VideoPlan> {
    const { status } = await this.people.row(tenant, request.personId, 'personId');
    const portrait = status === 'erasing' ? null : await findPortrait(await this.store.scope(request.personId));
    if (portrait === null)
      throw new PortraitError(
        'CONFLICT',
        `personId: the person ${request.personId} is ${status}; it has no portrait yet.`,
        { hint: 'Wait until the person is ready.' },
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
    { limit, cursor, status, personId, batchId }: RequestOf<'listVideos'>['query'],
  ): Promise<ResponseOf<'listVideos'>> {
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
        hint: 'Call GET /v1/videos to list them.',
      });
    return row;
  }

  async get({ tenant }: Caller, id: string): Promise<VideoView> {
    return this.view(await this.row(tenant, id));
  }

  async facts(row: Row): Promise<{ live: LiveState; stages: StageFacts[] }> {
    const live =
      row.startedAt !== null && (ACTIVE as readonly string[]).includes(row.status)
        ? await this.live.get(videoWorkflowId(row.id))
        : null;
    const rows = hasAllNodes(live)
      ? []
      : await this.database.db
          .select()
          .from(stages)
          .where(and(eq(stages.person, row.person), eq(stages.video, row.id)));
    const found = stageFacts(['audio-features', 'render'], rows, live, ['failed', 'cancelled'].includes(row.status));
    if (row.status === 'ready')
      for (const { view } of found)
        Object.assign(view, { status: view.status === 'skipped' ? 'skipped' : 'done', progress: 1, error: null });
    return { live, stages: found };
  }

  async view(row: Row): Promise<VideoView> {
    const { live, stages: found } = await this.facts(row);
    const views = found.map(({ view }) => view);
    const files = row.status === 'ready' ? await this.links.files(row.person, row.video) : [];
    const recorded = summary(row);
    const status = currentStatus(row.status, live, { running: 'rendering', parked: 'parked', from: ACTIVE });
    return {
      ...recorded,
      status,
      error: currentError(status, recorded.error, views),
      progress: overallProgress(views, live),
      stages: views,
      comparison: row.comparison,
      files,
    };
  }

  async cancel(caller: Caller, id: string): Promise<VideoView> {
    const row = await this.row(caller.tenant, id);
    if (!(await this.#move(id, ACTIVE, { status: 'cancelled', finishedAt: new Date() })))
      throw new PortraitError(
        'CONFLICT',
        `The video ${id} is ${row.status}; there is nothing to cancel.`,
        row.status === 'ready' ? {} : { hint: 'Send the request again with POST /v1/videos to make the video.' },
      );
    if (row.startedAt !== null) await this.engine.cancel(videoWorkflowId(id));
    return this.#afterDecision(caller, id);
  }

  async retry(
    caller: Caller,
    id: string,
    stage: string,
    { params: changes }: RequestOf<'retryVideoStage'>['body'],
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
    if (!(ACTIVE as readonly string[]).includes(row.status) || row.startedAt === null)
      throw new PortraitError('CONFLICT', `The video ${id} is ${row.status}; only a parked stage can be retried.`);
    // Without changes each shard keeps its own parameters, such as its frame range.
    const params = (checked.params as Record<string, Record<string, unknown> | undefined>)[name];
    await this.engine.retryStage(videoWorkflowId(id), {
      stage,
      ...(changes === undefined || params === undefined ? {} : { params }),
    });
    await this.#move(id, ACTIVE, { request });
    await this.#move(id, ['parked'], { status: 'rendering', error: null });
    return this.#afterDecision(caller, id);
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

  #afterDecision(caller: Caller, id: string): Promise<VideoView> {
    this.live.invalidate(videoWorkflowId(id));
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
