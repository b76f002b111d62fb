// npm run bench [-- options]: measures the main paths, prints a table, writes bench-output/<date>.json.
// See docs/benchmarks.md.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { measure, type Row } from './measure.js';
import { measureNative } from './native.js';
import { PORTRAIT_BENCHMARKS } from './portrait.js';
import { PREPROCESSING_BENCHMARKS } from './preprocessing.js';
import { comparisonTable, describeMachine, revisionOf, tableHead, tableRow, type BenchReport } from './report.js';

const root = resolve(import.meta.dirname, '../../..');
const BENCHMARKS = [...PORTRAIT_BENCHMARKS, ...PREPROCESSING_BENCHMARKS];
const NATIVE = 'native';
const HELP = `npm run bench [-- options]
  --only TEXT[,TEXT]   only benchmarks whose name holds one of these
  --seconds N          time for each, default 3
  --compare FILE       afterwards the ratios to an earlier run's JSON
Benchmarks: ${NATIVE} (single operations), ${BENCHMARKS.map(({ name }) => name).join(', ')}`;

function usage(message: string): never {
  console.error(`${message}\n${HELP}`);
  process.exit(2);
}

function readOptions(): { only: string[]; seconds: number; earlier: BenchReport | null } {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', default: '' },
        seconds: { type: 'string', default: '3' },
        compare: { type: 'string' },
      },
    });
    return {
      only: values.only.toLowerCase().split(',').filter(Boolean),
      seconds: Number(values.seconds),
      earlier: values.compare === undefined ? null : (JSON.parse(readFileSync(values.compare, 'utf8')) as BenchReport),
    };
  } catch (error) {
    usage((error as Error).message);
  }
}

const { only, seconds, earlier } = readOptions();
if (!(seconds > 0)) usage('--seconds takes a number above 0.');
const wanted = (name: string): boolean => only.length === 0 || only.some((text) => name.toLowerCase().includes(text));
const chosen = BENCHMARKS.filter(({ name }) => wanted(name));
if (chosen.length === 0 && !wanted(NATIVE)) usage(`No benchmark is called ${only.join(' or ')}.`);

const machine = describeMachine();
console.log(
  `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.platform}, Node ${machine.node}; ` +
    `kernels: ${machine.isa}, ${machine.threads} threads\n\n${tableHead()}`,
);
const rows: Row[] = [];
const add = (row: Row): void => {
  rows.push(row);
  console.log(tableRow(row));
};
for (const benchmark of chosen) add(await measure(benchmark, seconds));
if (wanted(NATIVE)) measureNative(root, machine.isa).forEach(add);

const date = new Date().toISOString();
const report: BenchReport = { date, revision: revisionOf(root), machine, rows };
const folder = join(root, 'bench-output');
mkdirSync(folder, { recursive: true });
const path = join(folder, `${date.slice(0, 19).replaceAll(':', '')}.json`);
writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
if (earlier) console.log(`\n${comparisonTable(earlier, report).join('\n')}`);
console.log(`\nWritten to ${relative(process.cwd(), path)}`);
// Worker threads of the models may linger; everything is written.
process.exit(0);
