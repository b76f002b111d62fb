#!/usr/bin/env node
// The test command: types, lint, native tests, one jest process over the workspace. Further arguments go to jest and limit
// the run to jest. The last line counts everything that ran; the exit code is that of the count.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runNativeTests } from './native-tests.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const jestArguments = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };
const skippedNames = [];

function add(title, started, counts) {
  for (const key of Object.keys(total)) total[key] += counts[key];
  skippedNames.push(...(counts.skippedNames ?? []));
  console.log(
    `${title}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped (${((Date.now() - started) / 1000).toFixed(0)} s)\n`,
  );
}

function step(title, work) {
  console.log(`--- ${title}`);
  const started = Date.now();
  add(title, started, work());
}

/** A check that passes or fails as a whole. */
function check(...args) {
  const ok = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status === 0;
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

function jest() {
  const folder = mkdtempSync(join(tmpdir(), 'portrait-jest-'));
  const file = join(folder, 'counts.json');
  try {
    const args = [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
      '--ci',
      '--reporters=default',
      '--reporters=<rootDir>/infra/ci/count-reporter.mjs',
      ...jestArguments,
    ];
    const { status } = spawnSync(process.execPath, args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, PORTRAIT_TEST_COUNTS: file },
    });
    const counts = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { passed: 0, failed: 1, skipped: 0 };
    if (status !== 0 && counts.failed === 0) counts.failed = 1;
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (jestArguments.length === 0) {
  step('types', () => check('node_modules/typescript/bin/tsc', '-b', '.', 'tests'));
  step('format', () => check('infra/format/format.mjs', '--check'));
  step('lint', () => check('node_modules/eslint/bin/eslint.js', '.'));
  step('native', () => runNativeTests(root));
}
step('jest', jest);
if (skippedNames.length > 0) console.log(`Skipped:\n${skippedNames.map((name) => `  ${name}`).join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;
