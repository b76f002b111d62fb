// The orchestrator service: runs workflow tasks and nothing else. Any number of replicas may run.
import { fileURLToPath } from 'node:url';
import { WORKFLOW_QUEUE } from '@portrait/contracts';
import type { Service } from '@portrait/service-kit';

export const orchestrator: Service = {
  name: 'orchestrator',
  open: () =>
    Promise.resolve({
      workers: [
        { taskQueue: WORKFLOW_QUEUE, workflowsPath: fileURLToPath(import.meta.resolve('@portrait/workflows')) },
      ],
    }),
};
