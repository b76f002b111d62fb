#!/usr/bin/env node
// The test command: types, format, lint, native tests, jest. Further arguments go to jest and limit the run to jest.
// The last line counts everything that ran; the exit code is 0 when nothing failed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNativeTests } from './native-tests.mjs';
import { checkWhole, createSteps, finish, JEST, root } from './steps.mjs';

const jestArguments = process.argv.slice(2);

function runJest() {
  const folder = mkdtempSync(join(tmpdir(), 'portrait-jest-'));
  const file = join(folder, 'counts.json');
  const reporters = ['--reporters=default', '--reporters=<rootDir>/infra/ci/count-reporter.mjs'];
  try {
    const { status } = spawnSync(process.execPath, [...JEST, '--ci', ...reporters, ...jestArguments], {
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

const steps = createSteps();
if (jestArguments.length === 0) {
  steps.run('types', () => checkWhole('node_modules/typescript/bin/tsc', '-b', '.', 'tests'));
  steps.run('format', () => checkWhole('infra/format/format.mjs', '--check'));
  // One process: it loads every source once. `npm run check` lints project by project, with a cache.
  steps.run('lint', () => checkWhole('node_modules/eslint/bin/eslint.js', '.'));
  steps.run('native', () => runNativeTests(root));
}
steps.run('jest', runJest);
finish(steps);
