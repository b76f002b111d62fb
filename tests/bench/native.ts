// Builds and runs the benchmarks of the native kernels: single operations on one thread, in CPU time.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from './measure.js';

/** Rows as `portrait_bench` prints them: instruction set, what, figure, unit. */
export function parseNativeRows(text: string): Row[] {
  return [...text.matchAll(/^(\S+)\s+(\S.*?)\s+(\d+(?:\.\d+)?) (\S+)$/gm)].map(([, isa, what, figure, unit]) => ({
    name: `native ${isa} ${what!.trim()}`,
    unit: unit!,
    better: /FLOP\/s$/.test(unit!) ? 'more' : 'less',
    best: Number(figure),
    median: null,
    rounds: 1,
  }));
}

/** Operations on `isa`; one row with the reason where the program cannot be built. */
export function measureNative(root: string, isa: string): Row[] {
  const build = join(root, 'native-kernels/build');
  // Without --tests an existing build would lose its tests.
  const tests = existsSync(join(build, 'tests')) ? ['--tests'] : [];
  const made = spawnSync(process.execPath, [join(root, 'native-kernels/build.mjs'), '--bench', ...tests], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const refused = (reason: string): Row[] => [
    { name: 'native', unit: '', better: 'more', best: null, median: null, rounds: 0, reason },
  ];
  if (made.status !== 0) return refused('the bench program of the native kernels did not build; the reason is above');
  const ran = spawnSync(join(build, 'bench/portrait_bench'), [isa], { encoding: 'utf8' });
  const rows = ran.status === 0 ? parseNativeRows(ran.stdout) : [];
  return rows.length > 0
    ? rows
    : refused(`portrait_bench ended with ${ran.error?.message ?? ran.signal ?? ran.status}`);
}
