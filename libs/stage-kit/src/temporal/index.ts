// The Temporal side of the stage kit: a stage as an activity. Nothing else of the kit knows Temporal.
export {
  stageActivities,
  type StageActivities,
  type StageServiceOptions,
  type StageRunInfo,
} from './stage-activities.js';
export { asActivity, toApplicationFailure } from './failures.js';
