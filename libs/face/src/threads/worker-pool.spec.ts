import { describe, expect, it, jest } from '@jest/globals';
import { WorkerPool, workerEntry } from './worker-pool.js';

jest.setTimeout(180_000);
const entry = workerEntry(new URL('../mediapipe/landmarker.ts', import.meta.url).href, 'landmarks-worker');

describe('WorkerPool', () => {
  it('reports why a thread could not start', async () => {
    const data = { model: '/no/such/model.task', faces: 1 };
    await expect(WorkerPool.open(entry, { size: 2, data })).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining('no/such/model.task'),
    });
  });

  it('does not start when the signal is already aborted', async () => {
    await expect(WorkerPool.open(entry, { size: 1, data: {}, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });
});
