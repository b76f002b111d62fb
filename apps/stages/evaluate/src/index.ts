// Stage evaluate and the shape of its report.
export {
  evaluateParamsSchema,
  evaluateStage,
  type EvaluateInputs,
  type EvaluateOutputs,
  type EvaluateParams,
} from './stage.js';
export { metricsSchema, reportSchema, type JudgedFloor, type Metrics, type Report } from './report.js';
export { comparisonSchema, compareStage, type CompareInputs, type Comparison } from './compare.js';
export { FLOORS, judgeFloors } from './floors.js';
export { measureDrivenSync, type DrivenSyncInputs } from './driven-sync.js';
