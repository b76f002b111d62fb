// Builds the workflow input from an accepted row and starts the workflow. Starting the same row twice starts one
// workflow.
import { Inject, Injectable } from '@nestjs/common';
import type { ArtifactScope, RemoteArtifactStore } from '@portrait/artifact-store';
import type { Portrait } from '@portrait/catalog';
import {
  consentSchema,
  portraitWorkflowId,
  videoWorkflowId,
  PortraitError,
  type ArtifactRef,
  type BuildPortraitInput,
  type Consent,
  type Failure,
  type RenderVideoInput,
  type StageSpecs,
} from '@portrait/contracts';
import { requirePortrait } from '@portrait/stage-kit';
import { and, eq, inArray, isNull, lt, sql } from 'drizzle-orm';
import { publishEvent } from '../bookkeeping/event-publisher.js';
import type { Database } from '../database/open-database.js';
import { consents, people, uploads, videos } from '../database/schema.js';
import { base32 } from '../ids.js';
import { DATABASE, ENGINE, ERASER, OPTIONS, STAGES_REGISTRY, STORE, type ApiOptions } from '../tokens.js';
import type { WorkEngine } from '../work/engine.js';
import { planVideo, portraitParams } from '../work/portrait-params.js';
import { MediaImporter } from './media-importer.js';

type PersonRow = typeof people.$inferSelect;
type VideoRow = typeof videos.$inferSelect;

@Injectable()
export class WorkflowStarter {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STORE) private readonly store: RemoteArtifactStore,
    @Inject(ERASER) private readonly eraser: RemoteArtifactStore,
    @Inject(ENGINE) private readonly engine: WorkEngine,
    @Inject(STAGES_REGISTRY) private readonly registry: () => Promise<StageSpecs>,
    @Inject(OPTIONS) private readonly options: ApiOptions,
    private readonly media: MediaImporter,
  ) {}

  async start(what: 'person' | 'video' | 'erasure', id: string, signal: AbortSignal): Promise<void> {
    if (what === 'person') await this.#person(id, signal);
    else if (what === 'video') await this.#video(id, signal);
    else await this.engine.startErase({ erasure: id });
  }

  async #person(id: string, signal: AbortSignal): Promise<void> {
    const { db } = this.database;
    const [row] = await db
      .select()
      .from(people)
      .where(and(eq(people.id, id), eq(people.status, 'queued'), isNull(people.startedAt)));
    if (row === undefined) return;
    const video =
      row.video ?? (await this.media.importMedia(row.tenant, id, 'source-video', row.source, 'video', signal));
    if (row.video === null) await db.update(people).set({ video }).where(eq(people.id, id));
    await this.engine.startPortrait(await this.portraitInput({ ...row, video }));
    await db
      .update(people)
      .set({ startedAt: sql`now()` as never, updatedAt: sql`now()` as never })
      .where(eq(people.id, id));
    const [now] = await db.select({ status: people.status }).from(people).where(eq(people.id, id));
    // It was cancelled while the workflow was being started.
    if (now?.status === 'cancelled') await this.engine.cancel(portraitWorkflowId(id));
  }

  async portraitInput(row: PersonRow & { video: ArtifactRef<'source-video'> }): Promise<BuildPortraitInput> {
    const { tenant, id: person, video, preset, seed, evaluate } = row;
    const scope = await this.store.scope(person);
    const [consent] = await this.database.db.select().from(consents).where(eq(consents.id, row.consent));
    return {
      tenant,
      person,
      video,
      preset,
      seed,
      evaluate,
      consent: await keepConsent(scope, consent!.record),
      params: portraitParams(await this.registry(), preset, row.params),
      timing: { heartbeatSeconds: this.options.heartbeatSeconds },
    };
  }

  async #video(id: string, signal: AbortSignal): Promise<void> {
    const { db } = this.database;
    const [row] = await db
      .select()
      .from(videos)
      .where(and(eq(videos.id, id), eq(videos.status, 'queued'), isNull(videos.startedAt)));
    if (row === undefined) return;
    const portrait = await requirePortrait(this.store, await this.store.scope(row.person));
    await this.engine.startVideo(await this.#videoInput(row, portrait, signal));
    await db
      .update(videos)
      .set({ startedAt: sql`now()` as never, updatedAt: sql`now()` as never })
      .where(eq(videos.id, id));
    const [now] = await db.select({ status: videos.status }).from(videos).where(eq(videos.id, id));
    if (now?.status === 'cancelled') await this.engine.cancel(videoWorkflowId(id));
  }

  async #videoInput(
    { tenant, id: video, person, request, seed, shards }: VideoRow,
    portrait: Portrait,
    signal: AbortSignal,
  ): Promise<RenderVideoInput> {
    const { params, speech, poseTrack, eyeTrack, backgroundMedia } = planVideo(
      await this.registry(),
      portrait,
      request,
    );
    const importMedia = <K extends 'speech' | 'track' | 'background-media'>(
      kind: K,
      source: Exclude<typeof speech, string>,
      field: string,
    ) => this.media.importMedia(tenant, person, kind, source, field, signal);
    return {
      tenant,
      person,
      video,
      seed,
      shards,
      params,
      onFailure: 'park',
      parts: portrait.parts,
      consent: portrait.consent as ArtifactRef<'consent'>,
      timing: { heartbeatSeconds: this.options.heartbeatSeconds },
      speech:
        speech === 'recorded'
          ? (portrait.parts.clip as ArtifactRef<'clip'>)
          : await importMedia('speech', speech, 'audio'),
      ...(poseTrack === undefined ? {} : { poseTrack: await importMedia('track', poseTrack, 'pose') }),
      ...(eyeTrack === undefined ? {} : { eyeTrack: await importMedia('track', eyeTrack, 'eyes') }),
      ...(backgroundMedia === undefined
        ? {}
        : { backgroundMedia: await importMedia('background-media', backgroundMedia, 'background') }),
    };
  }

  /** Records that accepted work failed before its workflow started. */
  async refuse(
    what: 'person' | 'video' | 'erasure',
    id: string,
    { code, message, hint, at }: PortraitError,
  ): Promise<void> {
    const error: Failure = {
      code,
      message,
      ...(hint === undefined ? {} : { hint }),
      ...(at === undefined ? {} : { at }),
    };
    const { db } = this.database;
    if (what === 'person') {
      const [row] = await db.select({ tenant: people.tenant }).from(people).where(eq(people.id, id));
      if (row !== undefined)
        await publishEvent(this.database, this.store, {
          id: `refused/${id}/${base32(8)}`,
          type: 'person.failed',
          tenant: row.tenant,
          person: id,
          error,
        });
    }
    if (what === 'video') {
      const [row] = await db
        .select({ tenant: videos.tenant, person: videos.person })
        .from(videos)
        .where(eq(videos.id, id));
      if (row !== undefined)
        await publishEvent(this.database, this.store, {
          id: `refused/${id}/${base32(8)}`,
          type: 'video.failed',
          tenant: row.tenant,
          person: row.person,
          video: id,
          error,
        });
    }
  }

  /** Deletes uploads that expired unused, including their data in the store. */
  async sweepUploads(): Promise<void> {
    const { db } = this.database;
    const late = await db
      .select({ upload: uploads, person: people.id })
      .from(uploads)
      .leftJoin(people, eq(people.id, uploads.scope))
      .where(and(inArray(uploads.status, ['open', 'complete']), lt(uploads.expiresAt, sql`now()`)))
      .limit(100);
    for (const { upload, person } of late) {
      if (upload.status === 'complete' && person !== null) continue;
      if (upload.status === 'open')
        await this.store.abortUpload({ key: upload.storeKey, uploadId: upload.storeUpload });
      else await (await this.eraser.scope(upload.scope)).erase();
      await db.update(uploads).set({ status: 'aborted', artifact: null }).where(eq(uploads.id, upload.id));
    }
  }
}

/** Stores the consent as the command line does: the artifact, and a record of the one in force. */
async function keepConsent(scope: ArtifactScope, record: Consent): Promise<ArtifactRef<'consent'>> {
  const draft = await scope.create('consent');
  try {
    // jsonb does not keep field order; parsing restores it, so that equal statements have equal hashes.
    await draft.writeJson('consent.json', consentSchema.parse(record));
    const ref = await draft.commit();
    await scope.records.put('consent', { consent: ref });
    return ref;
  } finally {
    await draft.discard();
  }
}
