// The API's Nest module: its dependencies, controllers and services.
import { Module, type DynamicModule, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import type { RemoteArtifactStore } from '@portrait/artifact-store';
import type { Logger, StageSpecs } from '@portrait/contracts';
import { ArtifactsService } from './artifacts/artifacts.service.js';
import { Links } from './artifacts/links.js';
import { AuditController } from './audit/audit.controller.js';
import { AuditMiddleware, AuditService } from './audit/audit.service.js';
import { AuthGuard } from './auth/auth.guard.js';
import { BatchStarter } from './batches/batch-starter.js';
import { BatchesController } from './batches/batches.controller.js';
import { BatchesService } from './batches/batches.service.js';
import { ManifestService } from './batches/manifest.service.js';
import { ConsentsController } from './consents/consents.controller.js';
import { ConsentsService } from './consents/consents.service.js';
import type { Database } from './database/open-database.js';
import { AnyExceptionFilter } from './errors/exception.filter.js';
import { EventFeed } from './events/event-feed.js';
import { EventsController } from './events/events.controller.js';
import { ProgressService } from './events/progress.service.js';
import type { GuardOptions } from './fetch-url/index.js';
import { HealthController } from './health/health.controller.js';
import { ResponseInterceptor } from './http/response.interceptor.js';
import { IdempotencyInterceptor } from './idempotency/idempotency.interceptor.js';
import { IdempotencyService } from './idempotency/idempotency.service.js';
import { Intake } from './intake/intake.js';
import { MediaImporter } from './intake/media-importer.js';
import { WorkflowStarter } from './intake/workflow-starter.js';
import { KeysController } from './keys/keys.controller.js';
import { KeysService } from './keys/keys.service.js';
import { LimitsGuard } from './limits/limits.guard.js';
import { createApiMetrics, type ApiMetrics } from './metrics/api-metrics.js';
import { DecisionsService } from './people/decisions.service.js';
import { PeopleController } from './people/people.controller.js';
import { PeopleService } from './people/people.service.js';
import { StagesController } from './stages/stages.controller.js';
import {
  CHECKS,
  DATABASE,
  ENGINE,
  ERASER,
  FETCHER,
  FIRST_BYTES,
  GUARD,
  LOG,
  METRICS,
  OPTIONS,
  STAGES_REGISTRY,
  STORE,
  type ApiOptions,
  type Checks,
  type FirstBytes,
  type MediaFetcher,
} from './tokens.js';
import { UploadsController } from './uploads/uploads.controller.js';
import { UploadsService } from './uploads/uploads.service.js';
import { VideosController } from './videos/videos.controller.js';
import { VideosService } from './videos/videos.service.js';
import { DeliveriesService } from './webhooks/deliveries.service.js';
import { WebhooksController } from './webhooks/webhooks.controller.js';
import { WebhooksService } from './webhooks/webhooks.service.js';
import type { WorkEngine } from './work/engine.js';
import { LiveStatus } from './work/live-status.js';

export interface ApiParts {
  database: Database;
  engine: WorkEngine;
  store: RemoteArtifactStore;
  /** The same bucket, opened with credentials that may delete everything. */
  eraser: RemoteArtifactStore;
  firstBytes: FirstBytes;
  registry: () => Promise<StageSpecs>;
  /** Null: requests that name an address are refused. */
  fetcher: MediaFetcher | null;
  /** Networks and ports that callers' addresses may use beyond the public internet. Default: none. */
  guard?: GuardOptions;
  checks: Checks;
  options: ApiOptions;
  log: Logger;
  /** Default: metrics in a registry that nobody reads. */
  metrics?: ApiMetrics;
}

const controllers = [
  HealthController,
  ConsentsController,
  PeopleController,
  StagesController,
  VideosController,
  UploadsController,
  EventsController,
  BatchesController,
  WebhooksController,
  KeysController,
  AuditController,
];
const services = [
  ArtifactsService,
  Links,
  AuditService,
  AuditMiddleware,
  ConsentsService,
  EventFeed,
  ProgressService,
  IdempotencyService,
  Intake,
  MediaImporter,
  WorkflowStarter,
  KeysService,
  DecisionsService,
  PeopleService,
  UploadsService,
  VideosService,
  LiveStatus,
  WebhooksService,
  DeliveriesService,
  BatchesService,
  BatchStarter,
  ManifestService,
];

@Module({})
export class ApiModule implements NestModule {
  static with({
    database,
    engine,
    store,
    eraser,
    firstBytes,
    registry,
    fetcher,
    guard = {},
    checks,
    options,
    log,
    metrics = createApiMetrics(),
  }: ApiParts): DynamicModule {
    const given = new Map<symbol, unknown>([
      [DATABASE, database],
      [ENGINE, engine],
      [STORE, store],
      [ERASER, eraser],
      [FIRST_BYTES, firstBytes],
      [STAGES_REGISTRY, registry],
      [FETCHER, fetcher],
      [GUARD, guard],
      [CHECKS, checks],
      [OPTIONS, options],
      [LOG, log],
      [METRICS, metrics],
    ]);
    return {
      module: ApiModule,
      controllers,
      providers: [
        ...[...given].map(([provide, useValue]) => ({ provide, useValue })),
        ...services,
        // Order matters: requests pass guards and interceptors in the order listed here.
        { provide: APP_GUARD, useClass: AuthGuard },
        { provide: APP_GUARD, useClass: LimitsGuard },
        { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
        { provide: APP_INTERCEPTOR, useClass: ResponseInterceptor },
        { provide: APP_FILTER, useClass: AnyExceptionFilter },
      ],
    };
  }

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(AuditMiddleware).forRoutes('{*path}');
  }
}
