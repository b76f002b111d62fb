// The command line. bin/portrait.mjs starts it; tests and the documentation use what else is exported.
export { runCli, type CliOptions } from './run-cli.js';
export { loadRegistry } from './registry.js';
export { listParameters, type Parameter } from './parameters/list-parameters.js';
export { commandReference } from './commands/reference.js';
