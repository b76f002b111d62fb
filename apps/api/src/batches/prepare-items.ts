// Makes the input of a render from an item: portrait, parameters, and what must be fetched. An item that cannot be prepared fails alone.
// What takes long goes on beside the call that asked for it, and the next call finds it.
import { findPortrait } from '@portrait/stage-kit';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RemoteArtifactStore } from '@portrait/artifact-store';
import { type Portrait } from '@portrait/catalog';
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
import { eq, sql } from 'drizzle-orm';
import type { Queries } from '../database/open-database.js';
import { batchItems, people } from '../database/schema.js';
import type { Media } from '../intake/media.js';
import { planVideo, type VideoPlan } from '../work/portrait-params.js';
import { requestOf, type Brought, type ItemRow } from './batch-rows.js';
import { endItem } from './item-claims.js';

export interface PrepareTools {
  db: Queries;
  store: RemoteArtifactStore;
  /** The same bucket with keys that may delete everything. */
  eraser: RemoteArtifactStore;
  registry: () => Promise<StageSpecs>;
  media: Pick<Media, 'bring'>;
  /** Tells of an item that fails before its video could. */
  tell: (event: WorkEvent) => Promise<void>;
  log: Logger;
  heartbeatSeconds: number;
  /** How long one item may be fetched, ms. */
  fetchMs?: number;
  /** Waits before another attempt at a server that does not answer, ms. */
  waitsMs?: readonly number[];
}

const FETCH_MS = 600_000;
const WAITS_MS = [2000, 10_000];
/** Faults of our own servers: the call is made again, and no item is to blame. */
const OURS: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['STORE_UNREACHABLE', 'STORE_UNWRITABLE', 'STORE_BUSY']);

export class ItemPreparer {
  /** By video: what is being prepared in this process. */
  readonly #underWay = new Map<string, Promise<RenderVideoInput | null>>();

  constructor(private readonly tools: PrepareTools) {}

  /** Null when the item has failed, which is kept and told. @throws PortraitError for faults of our own servers */
  prepare(tenant: string, row: ItemRow): Promise<RenderVideoInput | null> {
    const known = this.#underWay.get(row.videoId);
    if (known !== undefined) return known;
    const preparing = this.#prepare(tenant, row).finally(() => this.#underWay.delete(row.videoId));
    // Its failure is seen by whoever waits for it, and somebody may not.
    preparing.catch(() => undefined);
    this.#underWay.set(row.videoId, preparing);
    return preparing;
  }

  async #prepare(tenant: string, row: ItemRow): Promise<RenderVideoInput | null> {
    try {
      return await this.#input(tenant, row);
    } catch (error) {
      if (!(error instanceof PortraitError) || OURS.has(error.code)) throw error;
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
    this.tools.log.info('An item of a batch cannot be begun', { batch, video: videoId, code, message });
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
    const brought = await this.#bring(tenant, row, plan, portrait);
    const [still] = await db.select({ status: people.status }).from(people).where(eq(people.id, person));
    if (still === undefined || still.status === 'erasing') {
      // What was fetched while the person was being erased must not stay.
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

  async #bring(
    tenant: string,
    row: ItemRow,
    plan: VideoPlan,
    portrait: Portrait,
  ): Promise<Omit<Brought, 'speech'> & Pick<RenderVideoInput, 'speech'>> {
    const { brought: before = {} } = requestOf(row);
    const bring = <K extends 'speech' | 'track' | 'background-media'>(
      kind: K,
      source: MediaSource,
      field: string,
    ): Promise<ArtifactRef<K>> =>
      this.#patiently((signal) => this.tools.media.bring(tenant, row.person, kind, source, field, signal));
    const found: Brought = { ...before };
    if (plan.speech !== 'recorded') found.speech ??= await bring('speech', plan.speech, 'audio');
    if (plan.poseTrack !== undefined) found.poseTrack ??= await bring('track', plan.poseTrack, 'pose');
    if (plan.eyeTrack !== undefined) found.eyeTrack ??= await bring('track', plan.eyeTrack, 'eyes');
    if (plan.backgroundMedia !== undefined)
      found.backgroundMedia ??= await bring('background-media', plan.backgroundMedia, 'background');
    if (Object.keys(found).length > Object.keys(before).length)
      await this.tools.db
        .update(batchItems)
        .set({ request: sql`jsonb_set(${batchItems.request}, '{brought}', ${JSON.stringify(found)}::jsonb)` })
        .where(eq(batchItems.videoId, row.videoId));
    return { ...found, speech: found.speech ?? (portrait.parts.clip as ArtifactRef<'clip'>) };
  }

  /** Once more, and once more, where a server elsewhere does not answer. */
  async #patiently<T>(fetch: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { fetchMs = FETCH_MS, waitsMs = WAITS_MS } = this.tools;
    const late = AbortSignal.timeout(fetchMs);
    for (let attempt = 0; ; attempt++) {
      try {
        return await fetch(late);
      } catch (error) {
        if (late.aborted)
          throw new PortraitError('SERVER_UNREACHABLE', `It could not be fetched within ${fetchMs / 60_000} minutes.`, {
            cause: error,
            hint: 'Upload it instead, or retry the item.',
          });
        if (!(error instanceof PortraitError) || error.code !== 'SERVER_UNREACHABLE' || attempt >= waitsMs.length)
          throw error;
        await sleep(waitsMs[attempt], undefined, { ref: false });
      }
    }
  }
}
