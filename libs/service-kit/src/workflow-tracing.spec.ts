// Decides the trace of each video of a batch. Replaces the one function of Temporal's workflow sandbox that it uses.
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { defaultPayloadConverter, type Headers } from '@temporalio/common';

let workflowType = 'renderBatch';
jest.unstable_mockModule('@temporalio/workflow', () => ({ workflowInfo: () => ({ workflowType }) }));

const header = (flag: string): Headers => ({
  '_tracer-data': defaultPayloadConverter.toPayload({
    traceparent: `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-${flag}`,
  }),
  other: defaultPayloadConverter.toPayload('kept'),
});

describe('a child workflow', () => {
  let tracing: typeof import('./workflow-tracing.js');
  beforeAll(async () => {
    tracing = await import('./workflow-tracing.js');
  });

  /** Headers with which the child starts. */
  async function started(by: string, headers: Headers): Promise<string[]> {
    workflowType = by;
    let seen: Headers = headers;
    const next = (input: { headers: Headers }): void => {
      seen = input.headers;
    };
    for (const { startChildWorkflowExecution } of tracing.interceptors().outbound ?? [])
      void (await startChildWorkflowExecution!({ headers } as never, next as never));
    return Object.keys(seen);
  }

  it('starts a new trace when its batch is sampled', async () => {
    expect(await started('renderBatch', header('01'))).toEqual(['other']);
  });

  it('stays in the trace of a batch that is not sampled, so that it is not sampled either', async () => {
    expect(await started('renderBatch', header('00'))).toEqual(['_tracer-data', 'other']);
  });

  it('stays in the trace of any other workflow, and works without tracing', async () => {
    expect(await started('buildPortrait', header('01'))).toEqual(['_tracer-data', 'other']);
    expect(await started('renderBatch', {})).toEqual([]);
  });
});
