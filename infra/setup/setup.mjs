#!/usr/bin/env node
// Makes a clone ready to run: programs, npm packages, native kernels, TypeScript build, and on request the servers
// of the distributed engine. Node built-ins only, because it runs before anything is installed.
// Safe to repeat: without changes it does nothing and takes about a second.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { provideServer } from '../servers/provide.mjs';
import { SERVER_NAMES, SERVERS } from '../servers/servers.mjs';
import {
  GOOGLETEST,
  hasGoogletest,
  hasPip,
  installCommand,
  installWithApt,
  missingPrograms,
  packageManager,
  PIP,
  POSTGRES,
  postgresPrograms,
} from './programs.mjs';
import { NODE_RUNTIMES, provideRuntime } from './node-runtimes.mjs';
import { whyInstall } from './packages.mjs';
import { fingerprint, readStamp, sourceFiles, writeStamp } from './stamp.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const MISSING_RESOURCE = 4;
const BUILD_FAILED = 70;
/** `--tests`: also what only the test command needs. */
const withTests = process.argv.includes('--tests');
/** `--servers`: also the Temporal and MinIO servers, and no success without them. */
const withServers = process.argv.includes('--servers');
const started = Date.now();
let worked = false;

const say = (line) => {
  worked = true;
  console.log(`set-up: ${line}`);
};
const stop = (code, ...lines) => {
  for (const line of lines) console.error(`set-up: ${line}`);
  process.exit(code);
};

function run(command, args, options = {}) {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', windowsHide: true, ...options }).status === 0;
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    stop(
      MISSING_RESOURCE,
      `Node ${process.versions.node} is too old. Supported are Node 24 and 22; 20.19 is the oldest that runs.`,
      'Install Node 24 from https://nodejs.org or with your version manager, then run the same command again.',
    );
  }
}

function providePrograms() {
  const missing = missingPrograms();
  if (missing.length === 0) return;
  const manager = packageManager();
  const isRoot = process.getuid?.() === 0;
  let failure = null;
  if (manager === 'apt' && isRoot) {
    failure = installWithApt(missing, say);
    if (failure === null && missingPrograms().length === 0) return;
  }
  const still = missingPrograms();
  const command = installCommand(still, manager, { root: isRoot });
  stop(
    MISSING_RESOURCE,
    ...(failure === null ? [] : [failure]),
    ...still.map((program) => `missing: ${program.name} (${program.why}).`),
    command === null
      ? 'Install these with the package manager of this system, then run the same command again.'
      : `Run this, then the same command again:  ${command}`,
  );
}

function installPackages() {
  const why = whyInstall(root);
  if (why === null) return;
  say(`npm ci, because ${why}`);
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const cli = process.env.npm_execpath;
  const ok =
    cli !== undefined && cli.endsWith('.js')
      ? run(process.execPath, [cli, ...args])
      : run('npm', args, { shell: process.platform === 'win32' });
  if (!ok)
    stop(
      MISSING_RESOURCE,
      'npm ci failed; its message is above. Check the network or the registry setting (npm config get registry), ' +
        'then run the same command again.',
    );
}

const stampOf = (name) => join(root, '.cache/setup', `${name.replaceAll(' ', '-')}.stamp`);

/** Runs `build`, which also makes what `covers` names, unless the sources are unchanged and the results still exist. */
function buildOnce(name, { files, extra, results, build, failed, covers = [] }) {
  const now = fingerprint(root, files, extra);
  if (readStamp(stampOf(name)) === now && results.every((path) => existsSync(join(root, path)))) return;
  say(`building ${name}`);
  const from = Date.now();
  if (!build()) stop(BUILD_FAILED, failed);
  for (const built of [name, ...covers]) writeStamp(stampOf(built), now);
  say(`${name} built in ${((Date.now() - from) / 1000).toFixed(0)} s`);
}

/** Installs a program that only tests need. Where that is not possible, set-up says which tests are skipped. */
function provideForTests(program, has, tests) {
  if (!withTests) return false;
  if (has()) return true;
  const why =
    packageManager() === 'apt' && process.getuid?.() === 0
      ? installWithApt([program], say)
      : `${program.name} is not installed`;
  if (why !== null) {
    const command = installCommand([program], packageManager()) ?? `install ${program.name}`;
    say(`${tests} are skipped, because ${why}: ${command}`);
  }
  return has();
}

function buildNative() {
  const isSource = (name) => /\.(cpp|h|inc|cu|cuh|txt|cmake|mjs|in)$/.test(name);
  const tests = provideForTests(GOOGLETEST, hasGoogletest, 'native tests');
  const results = [
    'native-kernels/build/portrait_kernels.node',
    ...(tests ? ['native-kernels/build/CTestTestfile.cmake'] : []),
  ];
  buildOnce(tests ? 'native kernels and their tests' : 'native kernels', {
    files: sourceFiles(root, ['native-kernels'], isSource),
    extra: `${process.platform} ${process.arch}`,
    covers: tests ? ['native kernels'] : [],
    results,
    build: () => run(process.execPath, ['native-kernels/build.mjs', ...(tests ? ['--tests'] : [])]),
    failed: 'The native kernels did not build; the compiler message is above.',
  });
}

function buildTypeScript() {
  const isSource = (name) => /\.(ts|tsx)$/.test(name) || name === 'package.json' || /^tsconfig.*\.json$/.test(name);
  buildOnce('TypeScript', {
    files: [
      ...sourceFiles(root, ['libs', 'apps', 'tests'], isSource),
      join(root, 'tsconfig.json'),
      join(root, 'tsconfig.base.json'),
    ],
    extra: process.versions.node,
    results: ['apps/cli/dist/index.js'],
    build: () => run(process.execPath, ['node_modules/typescript/bin/tsc', '-b']),
    failed: 'The TypeScript sources did not build; the compiler message is above.',
  });
}

/** Tests of a missing server are skipped with the reason; `--servers` stops instead. */
async function provideServers() {
  if (!withTests && !withServers) return;
  for (const name of SERVER_NAMES) {
    const { path, reason } = await provideServer(name, { say });
    if (path !== null) continue;
    const words = `${SERVERS[name].title} server: not supported, because ${reason}`;
    if (withServers) stop(MISSING_RESOURCE, words);
    say(`${words}; tests that need it will be skipped`);
  }
}

/** The tests under other Node releases are skipped with the reason where their binaries cannot be fetched. */
function provideNodeRuntimes() {
  if (!withTests) return;
  for (const runtime of NODE_RUNTIMES) {
    const { reason } = provideRuntime(runtime, { say });
    if (reason !== null) say(`tests under Node ${runtime.major}: not supported, because ${reason}`);
  }
}

checkNode();
providePrograms();
installPackages();
buildNative();
buildTypeScript();
provideForTests(PIP, hasPip, 'tests that need tools of Python');
provideForTests(POSTGRES, () => postgresPrograms() !== null, 'specs on PostgreSQL');
provideNodeRuntimes();
await provideServers();
if (worked) console.log(`set-up: done in ${((Date.now() - started) / 1000).toFixed(0)} s`);
