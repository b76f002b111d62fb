// portrait evaluate: reports the quality of a portrait on held-out frames.
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { PORTRAIT_GRAPH, PortraitError } from '@portrait/contracts';
import { formatCount } from '@portrait/observability';
import { graphParams } from '@portrait/catalog';
import { publishFile } from '../portrait/publish-file.js';
import { formatTable } from '../terminal/style.js';
import { withExamples, withPerson, withRunOptions, type RunOptions } from './options.js';
import type { OpenSession } from './open-session.js';

interface EvaluateOptions extends RunOptions {
  person: string;
  out?: string;
}

export function addEvaluate(program: Command, open: OpenSession): void {
  const command = withPerson(
    program
      .command('evaluate')
      .description('Compare a portrait with the held-out part of its clip: picture, lips, lip sync, baselines.'),
  ).option('--out <folder>', 'also write report.json, report.html and the side-by-side video to this folder');
  withExamples(
    withRunOptions(command),
    'evaluate --person anna',
    'evaluate --person anna --out anna-report',
    'evaluate --person anna --json',
  );
  command.action(async (options: EvaluateOptions) => {
    const session = open(command);
    const { console } = session;
    const { store, scope } = await session.openScope(options, options.person);
    const { requirePortrait, runGraph } = await import('@portrait/stage-kit');
    const portrait = await requirePortrait(store, scope);
    const registry = await session.registry();
    const results = await runGraph({
      name: 'portrait',
      graph: PORTRAIT_GRAPH,
      registry,
      scope,
      external: { video: portrait.video },
      seed: portrait.seed,
      params: graphParams(PORTRAIT_GRAPH, registry, portrait.params, options.set),
      threads: session.threads(options),
      signal: session.signal,
      log: session.openLog(options, 'evaluate'),
      onEvent: session.view.onEvent,
    });
    const result = results['evaluate'];
    const report = result?.outputs['report'];
    if (result === undefined || report === undefined)
      throw new PortraitError('INTERNAL', 'The evaluation produced no report.');
    const written: string[] = [];
    if (options.out !== undefined) {
      for (const name of Object.keys(report.files)) {
        const to = join(resolve(options.out), name);
        await publishFile(await scope.path(report, name), to);
        written.push(to);
      }
    }
    console.event({
      type: 'result',
      command: 'evaluate',
      person: options.person,
      metrics: result.report.metrics,
      written,
    });
    console.print(`\nHeld-out frames of ${options.person}:`);
    console.print(
      formatTable(Object.entries(result.report.metrics).map(([name, value]) => [name, formatCount(value)])),
    );
    for (const path of written) console.print(`  ${path}`);
    if (written.length === 0)
      console.print(`  Full report: portrait inspect --person ${options.person}, or --out FOLDER.`);
  });
}
