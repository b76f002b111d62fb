// What people and machines see of a run: log lines, rates, times left, readable numbers. Not here: the terminal itself (apps/cli).
export { withFields } from './with-fields.js';
export { createLogger, quietLogger, type LogOptions } from './log.js';
export { ProgressMeter, type Pace } from './progress-meter.js';
export { formatBytes, formatDuration, formatCount } from './format.js';
