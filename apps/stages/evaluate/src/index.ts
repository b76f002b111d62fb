// Stage evaluate and the shape of its report.
export { evaluateStage } from './run.js';
export { metricsSchema, reportSchema, type JudgedFloor, type Metrics, type Report } from './report.js';
export { FLOORS, judgeFloors } from './floors.js';
export { measureDrivenSync, type DrivenSyncInputs } from './driven-sync.js';
