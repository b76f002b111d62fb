// The command line: bin/portrait.mjs calls runCli. The other exports serve the documentation generator and tests.
export { runCli } from './run-cli.js';
export { documentationSource } from './documentation-source.js';
export { startSystem, type LocalSystem, type SystemOptions } from './system/local-system.js';
export { servicePrograms, type ServiceProgram } from './system/services.js';
