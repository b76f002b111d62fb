// Tables for everything that is neither an artifact nor a workflow. migrations/*.sql create them; a spec compares both.
import type {
  ArtifactRef,
  BatchWindow,
  Consent,
  Failure,
  StageName,
  StageOutcome,
  WorkEvent,
} from '@portrait/contracts';
import {
  BATCH_STATUSES,
  DELIVERY_STATUSES,
  ITEM_STATUSES,
  PERSON_STATUSES,
  UPLOAD_KINDS,
  UPLOAD_STATUSES,
  VIDEO_STATUSES,
  type MediaSource,
  type Scope,
  type VideoRequest,
} from '@portrait/contracts/api';
import { sql } from 'drizzle-orm';
import {
  bigserial,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';

// Millisecond precision, as in JavaScript: a cursor built from a timestamp must find its row.
const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 3 });
const createdAt = () => at('created_at').notNull().defaultNow();
const updatedAt = () => at('updated_at').notNull().defaultNow();
const tenant = () =>
  text('tenant')
    .notNull()
    .references(() => tenants.id);
const person = () =>
  text('person')
    .notNull()
    .references(() => people.id, { onDelete: 'cascade' });

export type Params = Partial<Record<StageName, Record<string, unknown>>>;

export const tenants = pgTable('tenants', {
  id: text('id').primaryKey(),
  /** Signs deliveries to the callback addresses of requests. */
  callbackSecret: text('callback_secret')
    .notNull()
    .default(sql`'whsec_' || replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')`),
  createdAt: createdAt(),
});

export const apiKeys = pgTable(
  'api_keys',
  {
    id: text('id').primaryKey(),
    tenant: tenant(),
    name: text('name').notNull(),
    /** sha256 of the key, hex. The key itself is never stored. */
    hash: text('hash').notNull(),
    /** First characters of the key, shown in lists. */
    start: text('start').notNull(),
    scopes: text('scopes').array().$type<Scope[]>().notNull(),
    /** Null: the default limit. */
    ratePerMinute: integer('rate_per_minute'),
    createdAt: createdAt(),
    expiresAt: at('expires_at'),
    revokedAt: at('revoked_at'),
    lastUsedAt: at('last_used_at'),
  },
  (t) => [uniqueIndex('api_keys_hash').on(t.hash), index('api_keys_tenant').on(t.tenant, t.createdAt)],
);

export const consents = pgTable(
  'consents',
  {
    id: text('id').primaryKey(),
    tenant: tenant(),
    record: jsonb('record').$type<Consent>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [index('consents_tenant').on(t.tenant, t.createdAt, t.id)],
);

export const people = pgTable(
  'people',
  {
    id: text('id').primaryKey(),
    tenant: tenant(),
    name: text('name'),
    consent: text('consent')
      .notNull()
      .references(() => consents.id),
    status: text('status', { enum: PERSON_STATUSES }).notNull(),
    source: jsonb('source').$type<MediaSource>().notNull(),
    /** The training video in the store; null until it has been fetched. */
    video: jsonb('video').$type<ArtifactRef<'source-video'>>(),
    preset: text('preset').notNull(),
    /** As requested, without defaults. */
    params: jsonb('params').$type<Params>().notNull(),
    seed: integer('seed').notNull(),
    evaluate: boolean('evaluate').notNull(),
    metadata: jsonb('metadata').$type<Record<string, string>>().notNull().default({}),
    callbackUrl: text('callback_url'),
    error: jsonb('error').$type<Failure>(),
    /** Start of the workflow; null: not started yet. */
    startedAt: at('started_at'),
    finishedAt: at('finished_at'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    index('people_tenant').on(t.tenant, t.createdAt, t.id),
    index('people_status').on(t.status),
    index('people_consent').on(t.consent),
  ],
);

export const videos = pgTable(
  'videos',
  {
    id: text('id').primaryKey(),
    tenant: tenant(),
    person: person(),
    batch: text('batch').references(() => batches.id, { onDelete: 'cascade' }),
    item: text('item'),
    status: text('status', { enum: VIDEO_STATUSES }).notNull(),
    /** The validated request. */
    request: jsonb('request').$type<VideoRequest>().notNull(),
    seed: integer('seed').notNull(),
    shards: integer('shards').notNull(),
    metadata: jsonb('metadata').$type<Record<string, string>>().notNull().default({}),
    callbackUrl: text('callback_url'),
    video: jsonb('video').$type<ArtifactRef<'video'>>(),
    seconds: doublePrecision('seconds'),
    coreSeconds: doublePrecision('core_seconds'),
    comparison: jsonb('comparison').$type<Record<string, number>>(),
    error: jsonb('error').$type<Failure>(),
    startedAt: at('started_at'),
    finishedAt: at('finished_at'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    index('videos_tenant').on(t.tenant, t.createdAt, t.id),
    index('videos_person').on(t.person, t.createdAt),
    index('videos_status').on(t.status),
    index('videos_batch').on(t.batch),
  ],
);

/** Last recorded state of the stages of a portrait (video '') or of a video. The current state comes from Temporal. */
export const stages = pgTable(
  'stages',
  {
    person: person(),
    video: text('video').notNull().default(''),
    stage: text('stage').$type<StageName>().notNull(),
    status: text('status', { enum: ['done', 'skipped', 'parked', 'cancelled'] }).notNull(),
    attempt: integer('attempt').notNull(),
    startedAt: at('started_at'),
    finishedAt: at('finished_at'),
    error: jsonb('error').$type<Failure>(),
    outcome: jsonb('outcome').$type<StageOutcome>(),
  },
  (t) => [primaryKey({ columns: [t.person, t.video, t.stage] })],
);

export const uploads = pgTable(
  'uploads',
  {
    id: text('id').primaryKey(),
    tenant: tenant(),
    /** Person scope in the store. For a training video: the id the new person will get. */
    scope: text('scope').notNull(),
    kind: text('kind', { enum: UPLOAD_KINDS }).notNull(),
    status: text('status', { enum: UPLOAD_STATUSES }).notNull(),
    bytes: doublePrecision('bytes').notNull(),
    contentType: text('content_type').notNull(),
    sha256: text('sha256'),
    storeKey: text('store_key').notNull(),
    storeUpload: text('store_upload').notNull(),
    artifact: jsonb('artifact').$type<ArtifactRef>(),
    createdAt: createdAt(),
    expiresAt: at('expires_at').notNull(),
  },
  (t) => [index('uploads_tenant').on(t.tenant, t.createdAt, t.id), index('uploads_scope').on(t.scope)],
);

export const batches = pgTable(
  'batches',
  {
    id: text('id').primaryKey(),
    tenant: tenant(),
    name: text('name'),
    status: text('status', { enum: BATCH_STATUSES }).notNull(),
    /** Daily hours of work; null: always. */
    window: jsonb('window').$type<BatchWindow>(),
    priority: integer('priority').notNull(),
    concurrency: integer('concurrency').notNull(),
    /** Defaults of all items; each item may override them. */
    defaults: jsonb('defaults').$type<Record<string, unknown>>().notNull(),
    total: integer('total').notNull(),
    metadata: jsonb('metadata').$type<Record<string, string>>().notNull().default({}),
    callbackUrl: text('callback_url'),
    error: jsonb('error').$type<Failure>(),
    startedAt: at('started_at'),
    finishedAt: at('finished_at'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [index('batches_tenant').on(t.tenant, t.createdAt, t.id)],
);

export const batchItems = pgTable(
  'batch_items',
  {
    batch: text('batch')
      .notNull()
      .references(() => batches.id, { onDelete: 'cascade' }),
    /** Position in the batch, from 0. */
    place: integer('place').notNull(),
    /** The caller's id of the item. */
    item: text('item').notNull(),
    person: person(),
    request: jsonb('request').$type<Record<string, unknown>>().notNull(),
    status: text('status', { enum: ITEM_STATUSES }).notNull(),
    attempt: integer('attempt').notNull().default(0),
    /** The nextItems call that claimed the item; a repeated call gets the same items. */
    claim: text('claim'),
    /** Id of the video and of the workflow that renders it. */
    videoId: text('video_id').notNull(),
    video: jsonb('video').$type<ArtifactRef<'video'>>(),
    seconds: doublePrecision('seconds'),
    coreSeconds: doublePrecision('core_seconds'),
    error: jsonb('error').$type<Failure>(),
    startedAt: at('started_at'),
    finishedAt: at('finished_at'),
  },
  (t) => [
    primaryKey({ columns: [t.batch, t.place] }),
    uniqueIndex('batch_items_item').on(t.batch, t.item),
    index('batch_items_status').on(t.batch, t.status, t.place),
    index('batch_items_person').on(t.person),
    uniqueIndex('batch_items_video').on(t.videoId),
    index('batch_items_claim').on(t.batch, t.claim),
  ],
);

/** Events in the order of publication; `seq` is the id in event streams. */
export const events = pgTable(
  'events',
  {
    seq: bigserial('seq', { mode: 'number' }).primaryKey(),
    /** Id of the WorkEvent, the same on every attempt: an event is recorded once. */
    id: text('id').notNull(),
    tenant: tenant(),
    type: text('type').$type<WorkEvent['type']>().notNull(),
    person: text('person').references(() => people.id, { onDelete: 'cascade' }),
    video: text('video'),
    batch: text('batch'),
    data: jsonb('data').$type<Record<string, unknown>>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('events_id').on(t.id),
    index('events_tenant').on(t.tenant, t.seq),
    index('events_person').on(t.person),
  ],
);

export const webhooks = pgTable(
  'webhooks',
  {
    id: text('id').primaryKey(),
    tenant: tenant(),
    url: text('url').notNull(),
    /** Signing needs the plain secret. Shown to the caller once. */
    secret: text('secret').notNull(),
    events: text('events').array().$type<WorkEvent['type'][]>().notNull(),
    active: boolean('active').notNull().default(true),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [index('webhooks_tenant').on(t.tenant, t.createdAt, t.id)],
);

export interface DeliveryAttempt {
  at: string;
  /** HTTP status; null when there was no response. */
  status: number | null;
  ms: number;
  error?: string;
}

export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    id: text('id').primaryKey(),
    tenant: tenant(),
    /** Null: the delivery goes to the callback address of a request. */
    webhook: text('webhook').references(() => webhooks.id, { onDelete: 'cascade' }),
    url: text('url').notNull(),
    /** Deleted with the person the event is about. */
    event: text('event')
      .notNull()
      .references(() => events.id, { onDelete: 'cascade' }),
    type: text('type').$type<WorkEvent['type']>().notNull(),
    payload: jsonb('payload').$type<Record<string, unknown>>().notNull(),
    status: text('status', { enum: DELIVERY_STATUSES }).notNull(),
    attempts: integer('attempts').notNull().default(0),
    log: jsonb('log').$type<DeliveryAttempt[]>().notNull().default([]),
    /** Next attempt; null when no attempt is left. */
    nextAt: at('next_at'),
    createdAt: createdAt(),
    deliveredAt: at('delivered_at'),
  },
  (t) => [
    index('webhook_deliveries_due').on(t.status, t.nextAt),
    index('webhook_deliveries_webhook').on(t.webhook, t.createdAt, t.id),
    index('webhook_deliveries_event').on(t.event),
  ],
);

/** Stored responses by Idempotency-Key. */
export const idempotency = pgTable(
  'idempotency',
  {
    tenant: tenant(),
    key: text('key').notNull(),
    /** sha256 of method, path and body. */
    request: text('request').notNull(),
    /** Null while the first request is in progress. */
    status: integer('status'),
    answer: jsonb('answer'),
    /** Person in the response; erasing the person deletes the row. */
    person: text('person'),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.key] }),
    index('idempotency_created').on(t.createdAt),
    index('idempotency_person').on(t.person),
  ],
);

export const audit = pgTable(
  'audit',
  {
    seq: bigserial('seq', { mode: 'number' }).primaryKey(),
    tenant: tenant(),
    key: text('key'),
    /** Operation, for example `createPerson`. */
    action: text('action').notNull(),
    /** Id of the resource, or of the erasure once the person is erased. */
    target: text('target'),
    status: integer('status').notNull(),
    code: text('code'),
    request: text('request').notNull(),
    createdAt: createdAt(),
  },
  (t) => [index('audit_tenant').on(t.tenant, t.seq), index('audit_target').on(t.target)],
);

/** Proof of an erasure; names the person only until it is complete. */
export const erasures = pgTable(
  'erasures',
  {
    id: text('id').primaryKey(),
    tenant: tenant(),
    person: text('person'),
    /** Deleted rows by table. */
    deleted: jsonb('deleted').$type<Record<string, number>>(),
    createdAt: createdAt(),
    completedAt: at('completed_at'),
  },
  (t) => [index('erasures_tenant').on(t.tenant, t.createdAt, t.id), index('erasures_person').on(t.person)],
);
