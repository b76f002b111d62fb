#!/usr/bin/env node
// tests/services/fuzz.spec.ts with more examples, and what the fuzzer says in full.
// Usage: npm run fuzz -- [examples an operation, default 100] [seed, default a new one]
import { randomInt } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const [examples = '100', seed = String(randomInt(2 ** 31))] = process.argv.slice(2);
if (![examples, seed].every((given) => /^[1-9]\d{0,9}$/.test(given))) {
  console.error('Usage: npm run fuzz -- [examples an operation] [seed], both whole numbers above 0');
  process.exit(2);
}
const args = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
  'tests/services/fuzz.spec.ts',
];
console.log(`Again with the same requests: npm run fuzz -- ${examples} ${seed}`);
process.exitCode =
  spawnSync(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, FUZZ_EXAMPLES: examples, FUZZ_SEED: seed },
  }).status ?? 1;
