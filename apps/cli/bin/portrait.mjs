#!/usr/bin/env node
// Starts the command line. Only this file may end the process; everything it runs returns an exit code.
const { runCli } = await import('../dist/index.js').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error(`portrait is not built yet (${error.message.split('\n')[0]}).\nRun: node infra/setup/setup.mjs`);
  process.exit(4);
});
process.exitCode = await runCli(process.argv.slice(2));
