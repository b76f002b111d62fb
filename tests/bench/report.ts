// The output of a benchmark run: the machine, a table, and the comparison of two runs.
import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { kernelInfo } from '@portrait/kernels';
import type { Row } from './measure.js';

export type Machine = ReturnType<typeof describeMachine>;

export interface BenchReport {
  date: string;
  /** Revision of the tree, with `+` when it had changes; null outside git. */
  revision: string | null;
  machine: Machine;
  rows: Row[];
}

/** `isa` and `threads` are those of the native kernels. */
export function describeMachine() {
  const { isa, threads } = kernelInfo();
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    isa,
    threads,
  };
}

export function revisionOf(root: string): string | null {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') ? '+' : '');
  } catch {
    return null;
  }
}

const figure = (value: number | null): string =>
  value === null ? '' : value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
const NAME = 46;

export const tableHead = (): string =>
  `${'benchmark'.padEnd(NAME)}${'best'.padStart(9)}${'median'.padStart(9)}  ${'unit'.padEnd(20)}rounds`;

export function tableRow({ name, best, median, unit, rounds, reason }: Row): string {
  return best === null
    ? `${name.padEnd(NAME)} not measured, because ${reason}`
    : `${name.padEnd(NAME)}${figure(best).padStart(9)}${figure(median).padStart(9)}  ${unit.padEnd(20)}${rounds}`;
}

/** Pairs that both runs measured in the same unit. `ratio` above 1 means faster, for either direction of the unit. */
export function compareRows(
  before: readonly Row[],
  after: readonly Row[],
): { name: string; before: number; after: number; ratio: number }[] {
  return after.flatMap((row) => {
    const old = before.find((other) => other.name === row.name && other.unit === row.unit);
    if (row.best === null || old?.best == null) return [];
    return [
      {
        name: row.name,
        before: old.best,
        after: row.best,
        ratio: row.better === 'more' ? row.best / old.best : old.best / row.best,
      },
    ];
  });
}

export function comparisonTable(before: BenchReport, after: BenchReport): string[] {
  const pairs = compareRows(before.rows, after.rows);
  const other = (Object.keys(after.machine) as (keyof Machine)[]).filter(
    (key) => before.machine[key] !== after.machine[key],
  );
  const changes = other.map((key) => `${key}: ${before.machine[key]}, now ${after.machine[key]}`).join('; ');
  const row = ({ name, before, after, ratio }: (typeof pairs)[number]): string =>
    `${name.padEnd(NAME)}${figure(before).padStart(9)}${figure(after).padStart(9)}  ${ratio.toFixed(2)}`;
  const meanLogarithm = pairs.reduce((sum, { ratio }) => sum + Math.log(ratio), 0) / pairs.length;
  const mean = `${'geometric mean'.padEnd(NAME + 18)}  ${Math.exp(meanLogarithm).toFixed(2)}`;
  return [
    `Against ${before.revision ?? 'an unknown revision'} of ${before.date}:`,
    ...(other.length > 0 ? [`Not the same machine (${changes}): ratios say little.`] : []),
    `${'benchmark'.padEnd(NAME)}${'before'.padStart(9)}${'now'.padStart(9)}  times as fast`,
    ...pairs.map(row),
    pairs.length > 0 ? mean : 'No benchmark is in both.',
  ];
}
