// The API service: the HTTP server and the worker of the bookkeeping queue.
import type { RemoteArtifactStore } from '@portrait/artifact-store';
import type { ObjectStoreSettings } from '@portrait/config';
import { BOOKKEEPING_QUEUE, STAGES } from '@portrait/contracts';
import { openServiceStore, retryUntilAvailable, type Service } from '@portrait/service-kit';
import { asActivity } from '@portrait/stage-kit/temporal';
import { firstBytesOf } from './artifacts/first-bytes.js';
import { batchBookkeeping } from './batches/batch-bookkeeping.js';
import { peopleBookkeeping } from './bookkeeping/index.js';
import { createApi } from './create-api.js';
import { openDatabase } from './database/open-database.js';
import { EventFeed } from './events/event-feed.js';
import { mediaFetcher } from './fetch-url/index.js';
import { MediaImporter } from './intake/media-importer.js';
import { makeFirstKey } from './keys/first-key.js';
import { KeysService } from './keys/keys.service.js';
import { createApiMetrics } from './metrics/api-metrics.js';
import { DEFAULT_OPTIONS } from './tokens.js';
import { DeliveriesService } from './webhooks/deliveries.service.js';
import { TemporalEngine } from './work/temporal-engine.js';

const SLOTS = 20;

export const apiService: Service = {
  name: 'api',
  async open({ settings, log, metrics, client, signal }) {
    const database = await retryUntilAvailable('the database', log, signal, () => openDatabase(settings.database));
    const store = await retryUntilAvailable('the object store', log, signal, () =>
      openServiceStore(settings.objectStore),
    );
    const eraser = await retryUntilAvailable('the object store', log, signal, () =>
      openServiceStore(erasureSettings(settings.objectStore)),
    );
    const engine = new TemporalEngine(() => Promise.resolve(client));
    const checks = {
      database: () => database.ping().then(() => null),
      temporal: () => engine.ping().then(() => null),
      store: () => answers(store),
    };
    const guard = { allow: settings.api.allow };
    const app = await createApi({
      database,
      engine,
      store,
      eraser,
      log,
      guard,
      checks,
      registry: () => Promise.resolve(STAGES),
      fetcher: mediaFetcher(store, guard),
      metrics: createApiMetrics(metrics.registry),
      // Its own links: the public endpoint may be unreachable from here.
      firstBytes: firstBytesOf(
        await openServiceStore({ ...settings.objectStore, publicEndpoint: settings.objectStore.endpoint }),
      ),
      options: { ...DEFAULT_OPTIONS, heartbeatSeconds: settings.heartbeatSeconds },
    });
    await app.listen(settings.api.port, settings.api.host);
    log.info('Listening', { url: await app.getUrl() });
    if (database.embedded) {
      const file = await makeFirstKey(app.get(KeysService), settings.database);
      if (file !== null) log.info('Wrote the first key', { file });
    }
    const onEvent = (): void => {
      app.get(EventFeed).notify();
      app.get(DeliveriesService).wake();
    };
    const people = peopleBookkeeping({ database, store, eraser, engine, log }, onEvent);
    const batches = batchBookkeeping({
      db: database.db,
      store,
      eraser,
      registry: () => Promise.resolve(STAGES),
      media: app.get(MediaImporter),
      tell: people.tell,
      log,
      heartbeatSeconds: settings.heartbeatSeconds,
    });
    const activities = Object.fromEntries(
      Object.entries({ ...people, ...batches }).map(([name, work]) => [
        name,
        asActivity(work as (input: never) => Promise<unknown>),
      ]),
    );
    return {
      workers: [{ taskQueue: BOOKKEEPING_QUEUE, activities, maxConcurrentActivityTaskExecutions: SLOTS }],
      checks,
      async close() {
        await app.close();
        await database[Symbol.asyncDispose]();
      },
    };
  },
};

/** Separate credentials for deletion, where the operator provides them. */
function erasureSettings(settings: ObjectStoreSettings): ObjectStoreSettings {
  return settings.erase === undefined ? settings : { ...settings, ...settings.erase };
}

async function answers(store: RemoteArtifactStore): Promise<string | null> {
  await using scope = await store.scope('health-check');
  await scope.records.get('none');
  return null;
}
