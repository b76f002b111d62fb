// Configures and compiles the native kernels into native-kernels/build, incrementally. Node built-ins only.
// Usage: node native-kernels/build.mjs [--tests] [--bench] [--sanitize address,undefined] [--dir build]
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeStaleCache } from './stale-cache.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const args = process.argv.slice(2);
const value = (flag, fallback) => (args.includes(flag) ? args[args.indexOf(flag) + 1] : fallback);
const tests = args.includes('--tests');
const bench = args.includes('--bench');
const sanitize = value('--sanitize', '');
const build = join(here, value('--dir', sanitize ? 'build/sanitize' : 'build'));

function run(program, parameters) {
  console.log(`native-kernels: ${program} ${parameters.join(' ')}`);
  const done = spawnSync(program, parameters, { stdio: 'inherit', cwd: here });
  if (done.error?.code === 'ENOENT') {
    console.error(
      `native-kernels: \`${program}\` is not installed. On Debian: apt-get install -y cmake g++. ` +
        'Elsewhere: install CMake 3.20 or newer and a C++17 compiler.',
    );
    process.exit(4);
  }
  if (done.status !== 0) process.exit(done.status ?? 1);
}

const started = Date.now();
const otherSource = removeStaleCache(build, here);
if (otherSource !== null)
  console.log(`native-kernels: ${build} belongs to ${otherSource}; it is removed and built from the start`);
run('cmake', [
  '-S',
  here,
  '-B',
  build,
  `-DCMAKE_BUILD_TYPE=${sanitize ? 'RelWithDebInfo' : 'Release'}`,
  `-DPORTRAIT_BUILD_TESTS=${tests ? 'ON' : 'OFF'}`,
  `-DPORTRAIT_BUILD_BENCH=${bench ? 'ON' : 'OFF'}`,
  `-DPORTRAIT_BUILD_ADDON=${sanitize ? 'OFF' : 'ON'}`,
  `-DPORTRAIT_SANITIZE=${sanitize}`,
]);
run('cmake', ['--build', build, '--parallel', String(availableParallelism())]);
const addon = join(build, 'portrait_kernels.node');
if (!sanitize && !existsSync(addon)) {
  console.error(`native-kernels: the build ended without ${addon}`);
  process.exit(1);
}
console.log(`native-kernels: ready in ${((Date.now() - started) / 1000).toFixed(1)} s`);
