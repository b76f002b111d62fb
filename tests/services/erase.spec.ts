// erasePerson with real servers: steps in order, waiting for what runs, and nothing of the person in its own history.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eraseWorkflowId, WORKFLOW_QUEUE, WORKFLOWS } from '@portrait/contracts';
import { notSupported, startTestSystem, type TestSystem } from './system.testing.js';

const title = notSupported === null ? 'erasePerson' : `erasePerson (not supported, because ${notSupported})`;

(notSupported === null ? describe : describe.skip)(title, () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startTestSystem();
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
  });

  it('stops what runs, then removes bytes, histories and rows, each step again when it fails', async () => {
    const steps: string[] = [];
    let running = 2;
    let failures = 1;
    const step = (name: string) => (): Promise<void> => Promise.resolve(void steps.push(name));
    Object.assign(system.bookkeeping, {
      stopWork: () => {
        steps.push('stopWork');
        return Promise.resolve({ left: running-- });
      },
      eraseArtifacts: () => {
        steps.push('eraseArtifacts');
        if (failures-- > 0) return Promise.reject(new Error('the store is away'));
        return Promise.resolve();
      },
      eraseHistories: step('eraseHistories'),
      eraseRows: step('eraseRows'),
    });
    await system.client.workflow.execute(WORKFLOWS.erasePerson, {
      taskQueue: WORKFLOW_QUEUE,
      workflowId: eraseWorkflowId('e-1'),
      args: [{ erasure: 'e-1' }],
    });
    expect(steps).toEqual([
      'stopWork',
      'stopWork',
      'stopWork',
      'eraseArtifacts',
      'eraseArtifacts',
      'eraseHistories',
      'eraseRows',
    ]);
  });
});
