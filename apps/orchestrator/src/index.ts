// The orchestrator as a service; main.ts starts it.
export { orchestrator } from './orchestrator.js';
