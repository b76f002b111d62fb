// Builds the render input of a batch item: portrait, parameters and fetched media. A failure affects only its item.
// Slow preparations continue in the background; the next call finds their result.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RemoteArtifactStore } from '@portrait/artifact-store';
import type { Portrait } from '@portrait/catalog';
import {
  PortraitError,
  type ArtifactRef,
  type ErrorCode,
  type Failure,
  type Logger,
  type RenderVideoInput,
  type WorkEvent,
  type StageSpecs,
} from '@portrait/contracts';
import type { MediaSource } from '@portrait/contracts/api';
import { findPortrait } from '@portrait/stage-kit';
import { eq, sql } from 'drizzle-orm';
import type { Queries } from '../database/open-database.js';
import { batchItems, people } from '../database/schema.js';
import type { MediaImporter } from '../intake/media-importer.js';
import { planVideo, type VideoPlan } from '../work/portrait-params.js';
import { requestOf, type FetchedMedia, type ItemRow } from './batch-rows.js';
import { endItem } from './item-claims.js';

export interface PrepareTools {
  db: Queries;
  store: RemoteArtifactStore;
  /** The same bucket, opened with credentials that may delete everything. */
  eraser: RemoteArtifactStore;
  registry: () => Promise<StageSpecs>;
  media: Pick<MediaImporter, 'importMedia'>;
  /** Publishes the failure of an item that never started. */
  tell: (event: WorkEvent) => Promise<void>;
  log: Logger;
  heartbeatSeconds: number;
  /** Limit for fetching one item, including retries. */
  fetchMs?: number;
  /** Delays before retrying an unreachable server. */
  retryDelaysMs?: readonly number[];
}

const FETCH_MS = 600_000;
const RETRY_DELAYS_MS = [2000, 10_000];
/** Errors of our own infrastructure. The activity is retried; the item does not fail. */
const INFRASTRUCTURE_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'STORE_UNREACHABLE',
  'STORE_UNWRITABLE',
  'STORE_BUSY',
]);

export class ItemPreparer {
  /** Preparations in progress in this process, by video id. */
  readonly #underWay = new Map<string, Promise<RenderVideoInput | null>>();

  constructor(private readonly tools: PrepareTools) {}

  /**
   * Null when the item failed; the failure is recorded and published.
   * @throws PortraitError when our own infrastructure fails
   */
  prepare(tenant: string, row: ItemRow): Promise<RenderVideoInput | null> {
    const known = this.#underWay.get(row.videoId);
    if (known !== undefined) return known;
    const preparing = this.#prepare(tenant, row).finally(() => this.#underWay.delete(row.videoId));
    // Callers that wait see the rejection; this avoids an unhandled rejection when nobody waits.
    preparing.catch(() => undefined);
    this.#underWay.set(row.videoId, preparing);
    return preparing;
  }

  async #prepare(tenant: string, row: ItemRow): Promise<RenderVideoInput | null> {
    try {
      return await this.#input(tenant, row);
    } catch (error) {
      if (!(error instanceof PortraitError) || INFRASTRUCTURE_CODES.has(error.code)) throw error;
      await this.#failed(tenant, row, error);
      return null;
    }
  }

  async #failed(
    tenant: string,
    { videoId, batch, person, attempt }: ItemRow,
    { code, message, hint, at }: PortraitError,
  ): Promise<void> {
    const error: Failure = {
      code,
      message,
      ...(hint === undefined ? {} : { hint }),
      ...(at === undefined ? {} : { at }),
    };
    this.tools.log.info('Cannot start a batch item', { batch, video: videoId, code, message });
    if ((await endItem(this.tools.db, videoId, error)) && code !== 'CANCELLED')
      await this.tools.tell({
        id: `refused/${videoId}/${attempt}`,
        type: 'video.failed',
        tenant,
        person,
        video: videoId,
        batch,
        error,
      });
  }

  async #input(tenant: string, row: ItemRow): Promise<RenderVideoInput> {
    const { db, store, eraser, registry, heartbeatSeconds } = this.tools;
    const { person, videoId: video, batch } = row;
    const { asked } = requestOf(row);
    const scope = await store.scope(person);
    const portrait = await findPortrait(scope);
    if (portrait === null)
      throw new PortraitError('CONFLICT', `There is no portrait of the person ${person}.`, {
        hint: 'Train the person, then retry the item.',
      });
    const plan = planVideo(await registry(), portrait, asked);
    const brought = await this.#importMedia(tenant, row, plan, portrait);
    const [still] = await db.select({ status: people.status }).from(people).where(eq(people.id, person));
    if (still === undefined || still.status === 'erasing') {
      // The erasure may have run before the fetch ended: delete what was fetched.
      await (await eraser.scope(person)).erase();
      throw new PortraitError('CANCELLED', `The person ${person} is being erased.`);
    }
    return {
      tenant,
      person,
      video,
      batch,
      seed: asked.seed,
      shards: asked.shards,
      params: plan.params,
      onFailure: 'fail',
      timing: { heartbeatSeconds },
      parts: portrait.parts,
      consent: portrait.consent as ArtifactRef<'consent'>,
      ...brought,
    };
  }

  async #importMedia(
    tenant: string,
    row: ItemRow,
    plan: VideoPlan,
    portrait: Portrait,
  ): Promise<Omit<FetchedMedia, 'speech'> & Pick<RenderVideoInput, 'speech'>> {
    const { brought: before = {} } = requestOf(row);
    const importMedia = <K extends 'speech' | 'track' | 'background-media'>(
      kind: K,
      source: MediaSource,
      field: string,
    ): Promise<ArtifactRef<K>> =>
      this.#fetchWithRetry((signal) => this.tools.media.importMedia(tenant, row.person, kind, source, field, signal));
    const found: FetchedMedia = { ...before };
    if (plan.speech !== 'recorded') found.speech ??= await importMedia('speech', plan.speech, 'audio');
    if (plan.poseTrack !== undefined) found.poseTrack ??= await importMedia('track', plan.poseTrack, 'pose');
    if (plan.eyeTrack !== undefined) found.eyeTrack ??= await importMedia('track', plan.eyeTrack, 'eyes');
    if (plan.backgroundMedia !== undefined)
      found.backgroundMedia ??= await importMedia('background-media', plan.backgroundMedia, 'background');
    if (Object.keys(found).length > Object.keys(before).length)
      await this.tools.db
        .update(batchItems)
        .set({ request: sql`jsonb_set(${batchItems.request}, '{brought}', ${JSON.stringify(found)}::jsonb)` })
        .where(eq(batchItems.videoId, row.videoId));
    return { ...found, speech: found.speech ?? (portrait.parts.clip as ArtifactRef<'clip'>) };
  }

  /** Retries while the remote server is unreachable. */
  async #fetchWithRetry<T>(fetch: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { fetchMs = FETCH_MS, retryDelaysMs = RETRY_DELAYS_MS } = this.tools;
    const late = AbortSignal.timeout(fetchMs);
    for (let attempt = 0; ; attempt++) {
      try {
        return await fetch(late);
      } catch (error) {
        if (late.aborted)
          throw new PortraitError(
            'SERVER_UNREACHABLE',
            `The media could not be fetched within ${fetchMs / 60_000} minutes.`,
            {
              cause: error,
              hint: 'Upload the media instead, or retry the item.',
            },
          );
        if (!(error instanceof PortraitError) || error.code !== 'SERVER_UNREACHABLE' || attempt >= retryDelaysMs.length)
          throw error;
        await sleep(retryDelaysMs[attempt], undefined, { ref: false });
      }
    }
  }
}
