// Runs the native tests through ctest and counts cases: those gtest or the case table reports, not just executables.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasGoogletest } from '../setup/programs.mjs';

/**
 * Counts the tests in a JUnit file of ctest. A test may print `[cases] passed=12 failed=0 skipped=3` to count its
 * cases one by one.
 */
export function countJunit(xml) {
  const counts = { passed: 0, failed: 0, skipped: 0, skippedNames: [] };
  for (const [, attributes, body = ''] of xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    const name = /\bname="([^"]*)"/.exec(attributes)?.[1] ?? 'unnamed';
    const status = /\bstatus="([^"]*)"/.exec(attributes)?.[1];
    const failed = status === 'fail' || /<(failure|error)\b/.test(body);
    const skipped = status === 'notrun' || status === 'disabled' || /<skipped\b/.test(body);
    const cases = /\[cases\] passed=(\d+) failed=(\d+) skipped=(\d+)/.exec(body)?.slice(1).map(Number);
    if (cases !== undefined) {
      counts.passed += cases[0];
      counts.failed += Math.max(cases[1], failed ? 1 : 0);
      counts.skipped += cases[2];
    } else if (failed) counts.failed++;
    else if (skipped) (counts.skipped++, counts.skippedNames.push(name));
    else counts.passed++;
  }
  return counts;
}

/** @returns counts; missing tests count as a failure, because set-up has built them */
export function runNativeTests(root) {
  const build = join(root, 'native-kernels/build');
  const none = (why) => (console.error(`native tests: ${why}`), { passed: 0, failed: 1, skipped: 0, skippedNames: [] });
  if (!hasGoogletest())
    return {
      passed: 0,
      failed: 0,
      skipped: 1,
      skippedNames: ['native tests (not supported here, because googletest is not installed)'],
    };
  if (!existsSync(join(build, 'CTestTestfile.cmake')))
    return none('no tests are built; run node infra/setup/setup.mjs');
  const folder = mkdtempSync(join(tmpdir(), 'portrait-ctest-'));
  try {
    const file = join(folder, 'junit.xml');
    const run = spawnSync('ctest', ['--test-dir', build, '--output-on-failure', '--output-junit', file], {
      stdio: 'inherit',
    });
    if (run.error || !existsSync(file))
      return none(`ctest did not run (${run.error?.message ?? `exit code ${run.status}`})`);
    const counts = countJunit(readFileSync(file, 'utf8'));
    if (run.status !== 0 && counts.failed === 0) counts.failed = 1;
    if (counts.passed + counts.failed + counts.skipped === 0) return none('ctest found no test');
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
