// Tables of what is neither an artifact nor a workflow: who may do what, what was asked for, what became of it, what to tell whom.
// Not here: how they are made (migrations/*.sql, compared with this file by a spec) and opened (open-database.ts).
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

// Milliseconds, as JavaScript has them: a cursor made from a time finds its row again.
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
  /** Signs what is told to the callback addresses of requests. */
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
    /** sha256 of the key, hex. The key itself is shown once and never kept. */
    hash: text('hash').notNull(),
    /** First characters of the key, for people to tell keys apart. */
    start: text('start').notNull(),
    scopes: text('scopes').array().$type<Scope[]>().notNull(),
    /** Requests a minute; null: the default. */
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
    /** The video in the store; null until it has been fetched. */
    video: jsonb('video').$type<ArtifactRef<'source-video'>>(),
    preset: text('preset').notNull(),
    /** As asked for, defaults left out. */
    params: jsonb('params').$type<Params>().notNull(),
    seed: integer('seed').notNull(),
    evaluate: boolean('evaluate').notNull(),
    metadata: jsonb('metadata').$type<Record<string, string>>().notNull().default({}),
    callbackUrl: text('callback_url'),
    error: jsonb('error').$type<Failure>(),
    /** When its workflow was started; null: still to be started. */
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
    /** The batch it belongs to, and its item there. */
    batch: text('batch').references(() => batches.id, { onDelete: 'cascade' }),
    item: text('item'),
    status: text('status', { enum: VIDEO_STATUSES }).notNull(),
    /** The request as given, checked. */
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

/** Stages of a portrait (video '') or of a video, as last told; what is going on at this moment is asked of Temporal. */
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
    /** Whose place in the store it goes to. For a training video: the id of the person to be. */
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
    /** Hours of work; null: always. */
    window: jsonb('window').$type<BatchWindow>(),
    priority: integer('priority').notNull(),
    concurrency: integer('concurrency').notNull(),
    /** What items have in common; each item may say otherwise. */
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
    /** Place in the batch, from 0. */
    place: integer('place').notNull(),
    /** The caller's name of it. */
    item: text('item').notNull(),
    person: person(),
    request: jsonb('request').$type<Record<string, unknown>>().notNull(),
    status: text('status', { enum: ITEM_STATUSES }).notNull(),
    attempt: integer('attempt').notNull().default(0),
    /** Which call for items took it; the same call gets the same items. */
    claim: text('claim'),
    /** Id of its video, also of the workflow that renders it. */
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

/** What happened, in the order it was told; `seq` is the id of server-sent events. */
export const events = pgTable(
  'events',
  {
    seq: bigserial('seq', { mode: 'number' }).primaryKey(),
    /** Of the WorkEvent: the same on every attempt, so that it is told once. */
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
    /** Signs deliveries, so it is kept as it is; shown to the caller once. */
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
  /** HTTP status, or null when there was no answer. */
  status: number | null;
  ms: number;
  error?: string;
}

export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    id: text('id').primaryKey(),
    tenant: tenant(),
    /** Null for the callback address of one request. */
    webhook: text('webhook').references(() => webhooks.id, { onDelete: 'cascade' }),
    url: text('url').notNull(),
    /** Event told; gone with the person it is about. */
    event: text('event')
      .notNull()
      .references(() => events.id, { onDelete: 'cascade' }),
    type: text('type').$type<WorkEvent['type']>().notNull(),
    payload: jsonb('payload').$type<Record<string, unknown>>().notNull(),
    status: text('status', { enum: DELIVERY_STATUSES }).notNull(),
    attempts: integer('attempts').notNull().default(0),
    log: jsonb('log').$type<DeliveryAttempt[]>().notNull().default([]),
    /** When to try next; null when there is nothing more to try. */
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

/** Answers already given, by Idempotency-Key. */
export const idempotency = pgTable(
  'idempotency',
  {
    tenant: tenant(),
    key: text('key').notNull(),
    /** sha256 of method, path and body. */
    request: text('request').notNull(),
    /** Null while the first request is being worked on. */
    status: integer('status'),
    answer: jsonb('answer'),
    /** Person the answer tells of, so that erasing the person erases it. */
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
    /** Name of the operation, for example `createPerson`. */
    action: text('action').notNull(),
    /** What it was done to: an id, or the id of the erasure once the person is erased. */
    target: text('target'),
    /** HTTP status answered, and the error code where it was refused. */
    status: integer('status').notNull(),
    code: text('code'),
    request: text('request').notNull(),
    createdAt: createdAt(),
  },
  (t) => [index('audit_tenant').on(t.tenant, t.seq), index('audit_target').on(t.target)],
);

/** Proof that a person was erased; names the person only until it is done. */
export const erasures = pgTable(
  'erasures',
  {
    id: text('id').primaryKey(),
    tenant: tenant(),
    person: text('person'),
    /** Rows deleted, by table. */
    deleted: jsonb('deleted').$type<Record<string, number>>(),
    createdAt: createdAt(),
    completedAt: at('completed_at'),
  },
  (t) => [index('erasures_tenant').on(t.tenant, t.createdAt, t.id), index('erasures_person').on(t.person)],
);
