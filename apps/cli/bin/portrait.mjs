#!/usr/bin/env node
// Entry point of the command line. Only this file may end the process; everything it calls returns an exit code.
const { runCli } = await import('../dist/run-cli.js').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error(`portrait is not built yet (${error.message.split('\n')[0]}).\nRun: node infra/setup/setup.mjs`);
  process.exit(4);
});
// The reader closed the pipe, for example `portrait people list | head -1`: exit as SIGPIPE would (128 + 13).
const EXIT_SIGPIPE = 141;
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT_SIGPIPE);
  });
}
process.exitCode = await runCli(process.argv.slice(2));
