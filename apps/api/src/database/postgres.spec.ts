// Behaviour that needs a server with several connections.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { recordEvent } from '../bookkeeping/record-event.js';
import { IdempotencyService } from '../idempotency/idempotency.service.js';
import { KeysService } from '../keys/keys.service.js';
import type { PostgresServer } from '../testing/postgres-server.js';
import {
  postgresUnavailable,
  openPostgresServer,
  temporaryDatabase,
  type TemporaryDatabase,
} from '../testing/test-database.js';
import { openDatabase, type Database } from './open-database.js';
import { events, tenants } from './schema.js';

(postgresUnavailable === null ? describe : describe.skip)(
  postgresUnavailable === null ? 'on PostgreSQL' : `on PostgreSQL (not run, because ${postgresUnavailable})`,
  () => {
    let server: PostgresServer;
    let place: TemporaryDatabase;
    let databases: Database[];
    beforeAll(async () => {
      server = await openPostgresServer();
      place = await temporaryDatabase(server.address);
      // All start at once: one migrates, the others wait.
      databases = await Promise.all(Array.from({ length: 4 }, () => openDatabase(place.address)));
      await databases[0]!.db.insert(tenants).values({ id: 'studio' });
    });
    afterAll(async () => {
      for (const database of databases ?? []) await database[Symbol.asyncDispose]();
      await place?.[Symbol.asyncDispose]();
      await server?.[Symbol.asyncDispose]();
    });

    it('serves several API processes from one database', async () => {
      expect(databases.every(({ embedded }) => !embedded)).toBe(true);
      for (const { db } of databases)
        expect(await db.select({ id: tenants.id }).from(tenants)).toEqual([{ id: 'studio' }]);
    });

    it('refuses a key revoked by another process', async () => {
      const [one, other] = [new KeysService(databases[0]!), new KeysService(databases[1]!)];
      const { id, key } = await one.createFor('studio', { name: 'leaver', scopes: ['read'] });
      const caller = (await other.find(key))!;
      expect(caller.tenant).toBe('studio');
      await one.revoke(caller, id);
      expect(await one.find(key)).toBeNull();
      // Other processes refresh a key after one second.
      while ((await other.find(key)) !== null) await sleep(50);
    });

    it('lets one of several concurrent requests with the same Idempotency-Key proceed', async () => {
      const answers = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) => new IdempotencyService(databases[i % 4]!).begin('studio', 'race', 'same')),
      );
      const first = answers.filter((entry) => entry.status === 'fulfilled');
      expect([first.length, first[0]]).toEqual([1, { status: 'fulfilled', value: null }]);
      expect(
        answers
          .filter((entry) => entry.status === 'rejected')
          .every(({ reason }) => (reason as { code: string }).code === 'CONFLICT'),
      ).toBe(true);
    });

    it('shows events in sequence order with concurrent writers', async () => {
      const seen: number[] = [];
      let writing = true;
      const reading = (async () => {
        // A lower number must never appear after a higher one was read: a stream would miss it.
        while (writing || seen.length < 60) {
          const rows = await databases[3]!.db
            .select({ seq: events.seq })
            .from(events)
            .where(eq(events.tenant, 'studio'))
            .orderBy(events.seq);
          expect(rows.slice(0, seen.length).map(({ seq }) => seq)).toEqual(seen);
          seen.splice(0, seen.length, ...rows.map(({ seq }) => seq));
        }
      })();
      await Promise.all(
        Array.from({ length: 60 }, (_, i) =>
          databases[i % 3]!.db.transaction((tx) =>
            recordEvent(tx, `e${i}`, { type: 'person.erased', tenant: 'studio' }),
          ),
        ),
      );
      writing = false;
      await reading;
      expect(seen).toHaveLength(60);
    });
  },
);
