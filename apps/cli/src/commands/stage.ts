// portrait stage: lists the stages, describes one, or runs a single one.
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { Option } from 'commander';
import {
  PORTRAIT_GRAPH,
  PortraitError,
  STAGE_NAMES,
  STAGES,
  type Graph,
  type StageName,
  type StageSpec,
  didYouMean,
} from '@portrait/contracts';
import { formatBytes, formatCount, formatDuration } from '@portrait/observability';
import type { StageResult } from '@portrait/stage-kit';
import type { ArtifactScope } from '@portrait/artifact-store';
import { graphParams, listParameters } from '@portrait/catalog';
import { publishFile } from '../portrait/publish-file.js';
import type { Session } from '../session.js';
import { formatTable } from '../terminal/style.js';
import { collect, withExamples, withPerson, withRunOptions, type RunOptions } from './options.js';
import type { OpenSession } from './open-session.js';

function requireStage(name: string): StageName {
  if (name in STAGES) return name as StageName;
  throw new PortraitError('INVALID_ARGUMENT', `There is no stage "${name}".${didYouMean(name, STAGE_NAMES)}`);
}

const roles = (spec: StageSpec): string =>
  Object.entries(spec.inputs)
    .map(([role, input]) => `${role}${input.optional ? '?' : ''}`)
    .join(', ');

/** A specification as an event; its schema is told as parameters. */
const specEvent = ({ name, title, resource, inputs, outputs }: StageSpec): Record<string, unknown> => ({
  type: 'stage',
  name,
  title,
  resource,
  inputs,
  outputs,
});

function list({ console }: Session): void {
  for (const name of STAGE_NAMES) console.event(specEvent(STAGES[name]));
  console.print(
    formatTable(
      STAGE_NAMES.map((name) => [
        console.style.bold(name),
        STAGES[name].title,
        `${roles(STAGES[name])} → ${Object.keys(STAGES[name].outputs).join(', ')}`,
      ]),
    ),
  );
}

async function describeStage(session: Session, text: string): Promise<void> {
  const { console } = session;
  const name = requireStage(text);
  const parameters = listParameters((await session.registry())[name]);
  console.event({ ...specEvent(STAGES[name]), parameters });
  console.print(`${console.style.bold(name)}  ${STAGES[name].title}`);
  const spec: StageSpec = STAGES[name];
  console.print(
    formatTable([
      ...Object.entries(spec.inputs).map(([role, input]) => [
        'takes',
        role,
        `${input.kinds.join(' or ')}${input.optional ? ', optional' : ''}`,
      ]),
      ...Object.entries(spec.outputs).map(([role, kind]) => ['gives', role, kind]),
    ]),
  );
  console.print(parameters.length === 0 ? '  no parameters' : '');
  for (const { path, type, default: value, meaning } of parameters) {
    console.print(`  ${console.style.cyan(path)}  ${type}  ${console.style.dim(`default ${value}`)}`);
    console.print(`      ${meaning}`);
  }
}

interface StageRunOptions extends RunOptions {
  person: string;
  input: string[];
  out?: string;
}

async function printResult(
  { console }: Session,
  scope: ArtifactScope,
  { report, cached, outputs }: StageResult,
  out: string | undefined,
): Promise<void> {
  const written: string[] = [];
  if (out !== undefined) {
    for (const ref of [...Object.values(outputs), ...(report.preview ? [report.preview] : [])]) {
      for (const file of Object.keys(ref.files)) {
        const to = join(resolve(out), file);
        await publishFile(await scope.path(ref as Parameters<ArtifactScope['path']>[0], file), to);
        written.push(to);
      }
    }
  }
  console.event({
    type: 'result',
    command: 'stage',
    stage: report.stage,
    key: report.key,
    cached,
    outputs,
    metrics: report.metrics,
    findings: report.findings,
    written,
  });
  const cost = [
    formatDuration(report.wallMs),
    `${formatDuration(report.cpuMs)} CPU time`,
    `${formatBytes(report.peakRssBytes)} peak memory`,
  ].join(', ');
  console.print(`\n${report.stage}: ${cached ? 'cached' : cost}`);
  console.print(formatTable(Object.entries(report.metrics).map(([metric, value]) => [metric, formatCount(value)])));
  console.print(
    formatTable(
      Object.entries(outputs).flatMap(([role, ref]) =>
        Object.entries(ref.files).map(([file, { bytes }]) => [role, file, formatBytes(bytes)]),
      ),
    ),
  );
  for (const path of written) console.print(`  ${path}`);
}

async function run(session: Session, text: string, options: StageRunOptions): Promise<void> {
  const name = requireStage(text);
  const registry = await session.registry();
  const graph: Graph = { [name]: { stage: name, inputs: {} } };
  // The stage prefix of a parameter is optional here.
  const params = graphParams(
    graph,
    registry,
    {},
    options.set.map((entry) => (entry.startsWith(`${name}.`) ? entry : `${name}.${entry}`)),
  );
  const { scope } = await session.openScope(options, options.person);
  const { runStage } = await import('@portrait/stage-kit');
  const { stageInputs } = await import('../portrait/stage-inputs.js');
  const result = await runStage({
    definition: registry[name],
    scope,
    inputs: await stageInputs(scope, name, options.input),
    params: params[name],
    seed: session.seed(options),
    threads: session.threads(options),
    signal: session.signal,
    log: session.openLog(options, `stage ${name}`),
    onEvent: session.view.onEvent,
  });
  await printResult(session, scope, result, options.out);
}

export function addStage(program: Command, open: OpenSession): void {
  const group = program
    .command('stage')
    .description('List the stages, describe one with its parameters, or run a single stage.');
  const listing = group.command('list').description('List the stages with their inputs and outputs.');
  withExamples(listing, 'stage list');
  listing.action(() => list(open(listing)));

  const describing = group
    .command('describe')
    .argument('<stage>', Object.keys(STAGES).join(', '))
    .description('Describe a stage: inputs, outputs, and every parameter with range, default and meaning.');
  withExamples(describing, 'stage describe head-training', 'stage describe render');
  describing.action((name: string) => describeStage(open(describing), name));

  const running = withPerson(
    group
      .command('run')
      .argument('<stage>', Object.keys(STAGES).join(', '))
      .description('Run a single stage. Inputs come from --input or from the last run of the person.'),
  )
    .addOption(
      new Option('--input <role=path>', 'input file, or folder with the files of the artifact; repeatable')
        .argParser(collect)
        .default([], 'the last run'),
    )
    .option('--out <folder>', 'also write the outputs and previews to this folder');
  withExamples(
    withRunOptions(running),
    `stage run ${Object.keys(PORTRAIT_GRAPH)[0]} --person anna --input video=anna.mp4 --out clip`,
    'stage run neck-inpainting --person anna --out neck',
    'stage run head-training --person anna --set steps=500 --set optim.mouthShare=0.6',
  );
  running.action((name: string, options: StageRunOptions) => run(open(running), name, options));
}
