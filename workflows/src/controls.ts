// The query and the updates of a running workflow: state, retry or skip of a parked stage.
import { defineQuery, defineUpdate, setHandler } from '@temporalio/workflow';
import {
  RETRY_STAGE_UPDATE,
  SKIP_STAGE_UPDATE,
  STATE_QUERY,
  type RetryStageInput,
  type SkipStageInput,
  type WorkState,
} from '@portrait/contracts/work';
import type { NodeRuns } from './node-runs.js';

const stateQuery = defineQuery<WorkState>(STATE_QUERY);
const retryStageUpdate = defineUpdate<WorkState, [RetryStageInput]>(RETRY_STAGE_UPDATE);
const skipStageUpdate = defineUpdate<WorkState, [SkipStageInput]>(SKIP_STAGE_UPDATE);

/** @param onDecision called when a parked stage is retried or skipped */
export function answerControls(runs: NodeRuns, onDecision: () => void = () => undefined): void {
  setHandler(stateQuery, () => runs.state());
  setHandler(
    retryStageUpdate,
    ({ stage, params }) => {
      runs.decide(stage, { kind: 'retry', params });
      onDecision();
      return runs.state();
    },
    { validator: ({ stage }) => runs.requireParked(stage) },
  );
  setHandler(
    skipStageUpdate,
    ({ stage }) => {
      runs.decide(stage, { kind: 'skip' });
      onDecision();
      return runs.state();
    },
    { validator: ({ stage }) => runs.requireSkippable(stage) },
  );
}
