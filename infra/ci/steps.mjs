// Runs checks one after the other, counts what passed, and prints the counts: shared by test.mjs and check.mjs.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** Arguments of node that start jest: it loads specs as ES modules. */
export const JEST = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
];

/** Runs node in the root of the tree. @returns whether it ended with code 0 */
export function succeeds(args, env = {}) {
  const options = { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } };
  return spawnSync(process.execPath, args, options).status === 0;
}

/** Counts for a check that passes or fails as a whole. */
export function checkWhole(...args) {
  const passed = succeeds(args);
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}

export const describeCounts = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

/** Runs steps and adds up their counts; a failed step does not stop the next one. */
export function createSteps() {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const skippedNames = [];
  const run = (title, work) => {
    console.log(`--- ${title}`);
    const started = Date.now();
    const counts = work();
    for (const key of Object.keys(total)) total[key] += counts[key];
    skippedNames.push(...(counts.skippedNames ?? []));
    const seconds = ((Date.now() - started) / 1000).toFixed(0);
    console.log(`${title}: ${describeCounts(counts)} (${seconds} s)\n`);
  };
  return { run, total, skippedNames };
}

/** The last line of the output, and the exit code. */
export function finish({ total, skippedNames }) {
  if (skippedNames.length > 0) console.log(`Skipped:\n${skippedNames.map((name) => `  ${name}`).join('\n')}\n`);
  console.log(describeCounts(total));
  process.exitCode = total.failed === 0 ? 0 : 1;
}
