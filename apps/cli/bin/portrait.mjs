#!/usr/bin/env node
// Starts the command line. Only this file may end the process; everything it runs returns an exit code.
const { runCli } = await import('../dist/index.js').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error(`portrait is not built yet (${error.message.split('\n')[0]}).\nRun: node infra/setup/setup.mjs`);
  process.exit(4);
});
// Whoever reads no further (`portrait people list | head -1`) has seen enough. What was going on has not ended well by that: the code is that of SIGPIPE.
const NOBODY_READS = 141;
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(NOBODY_READS);
  });
}
process.exitCode = await runCli(process.argv.slice(2));
