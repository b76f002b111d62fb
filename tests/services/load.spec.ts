// The short form of `npm run prove -- load`: a batch whose renders do no work, through the real API, orchestrator,
// Temporal and MinIO, with polling clients.
import { describe, expect, it } from '@jest/globals';
import { locateServers } from '@portrait/local-servers';
import { temporaryDirectory } from '@portrait/testing';
import { runLoad } from '../proofs/load.js';
import { startIdleTrial } from '../proofs/trial.js';

const { temporal, minio, reasons } = await locateServers();
const missing = temporal === null || minio === null ? Object.values(reasons).join(' ') : null;

(missing === null ? describe : describe.skip)(
  missing === null ? 'many items and pollers' : `many items and pollers (not supported, because ${missing})`,
  () => {
    it('are all served, and the history of the batch stays bounded', async () => {
      await using folder = await temporaryDirectory();
      // A new run is suggested so early that this short batch needs some.
      const trial = await startIdleTrial(folder.path, {
        concurrency: 8,
        temporalConfig: { 'limit.historyCount.suggestContinueAsNew': 100 },
      });
      try {
        const { counts, runs, longestHistoryEvents, polls } = await runLoad({
          trial,
          items: 60,
          concurrency: 8,
          pollers: 20,
          pollEvery: 0.5,
          say: () => undefined,
        });
        expect(counts).toMatchObject({ total: 60, done: 60 });
        expect(runs).toBeGreaterThan(1);
        expect(longestHistoryEvents).toBeGreaterThan(50);
        expect(longestHistoryEvents).toBeLessThan(250);
        expect(polls.failed).toBe(0);
        expect(polls.count).toBeGreaterThan(20);
      } finally {
        await trial.system.stop();
      }
    });
  },
);
