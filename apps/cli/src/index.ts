// The command line. bin/portrait.mjs starts it; the documentation is made from what else is exported.
export { runCli, type CliOptions } from './run-cli.js';
export { documentationSource } from './documentation-source.js';
export { startSystem, type LocalSystem, type SystemOptions } from './system/local-system.js';
export { servicePrograms, type ServiceProgram } from './system/services.js';
