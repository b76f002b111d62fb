// The orchestrator service; main.ts starts it.
export { orchestrator } from './orchestrator.js';
