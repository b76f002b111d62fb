// portrait demo: trains a portrait of a sample person or of the user's video, renders a video, writes report and page.
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import type { ArtifactScope } from '@portrait/artifact-store';
import { toPortraitError, type ArtifactRef } from '@portrait/contracts';
import { formatDuration } from '@portrait/observability';
import { z } from 'zod';
import { demoPage, type Figure } from '../inspect/demo-page.js';
import { personFromFile } from '../portrait/input-checks.js';
import { publishFile } from '../portrait/publish-file.js';
import type { Session } from '../session.js';
import { openWithSystem } from './inspect.js';
import { PRESET_HELP, withExamples, withRunOptions, type RunOptions } from './options.js';
import type { OpenSession } from './open-session.js';

interface DemoOptions extends RunOptions {
  video?: string;
  audio?: string;
  person?: string;
  preset: string;
  consent?: string;
  out: string;
  open?: boolean;
}

export function addDemo(program: Command, open: OpenSession): void {
  const command = program
    .command('demo')
    .description(
      'Train a portrait of a sample person (or of your own video), render it speaking another recording, and write a ' +
        'page that shows everything.',
    )
    .option('--video <file>', 'video of a person who has consented (default: the sample person)')
    .option('--audio <file>', 'speech to render (default: the sample speech)')
    .option('--person <name>', 'name in the store (default: the file name)')
    .option('--preset <name>', PRESET_HELP, 'preview')
    .option('--consent <file>', 'consent record for --video (JSON; see docs/consent.md)')
    .option('--out <folder>', 'output folder for the page and the videos', 'demo-output')
    .option('--open', 'open the page in the browser');
  withExamples(withRunOptions(command), 'demo', 'demo --video mine.mp4 --audio speech.wav', 'demo --open');
  command.action(async (options: DemoOptions) => runDemo(open(command), options));
}

async function runDemo(session: Session, options: DemoOptions): Promise<void> {
  const { samplePerson, sampleSpeech } = await import('../portrait/sample-person.js');
  const { trainPortrait } = await import('../portrait/train-portrait.js');
  const { renderVideo } = await import('../portrait/render-video.js');
  const { console } = session;
  const started = performance.now();
  const sample = options.video === undefined ? await samplePerson(session) : null;
  const video = options.video ?? sample!.video;
  const person = options.person ?? sample?.person ?? personFromFile(video);
  const folder = resolve(options.out);
  console.note(console.style.bold(`1  Portrait of ${person}, preset ${options.preset}`));
  const trained = await trainPortrait(session, {
    ...options,
    video,
    person,
    consentFile: options.consent,
    consent: options.consent === undefined ? sample?.consent : undefined,
    evaluate: true,
  });

  console.note(console.style.bold('2  A video of something this person never said'));
  const audio = options.audio ?? (await sampleSpeech(session));
  const talk = join(folder, 'talk.mp4');
  // In the demo --set applies to the training only.
  const rendered = await renderVideo(session, { ...options, person, audio, out: talk, set: [] });

  console.note(console.style.bold('3  A page with everything to see'));
  const { writeRunPage } = await import('../inspect/write-page.js');
  const { view } = await writeRunPage(trained.scope, await session.registry(), folder, 'run.html');
  const evaluated = trained.results['evaluate']?.outputs['report'];
  const report = await publishReport(evaluated, trained.scope, folder);
  const wallMs = Object.values(trained.results).reduce((sum, result) => sum + result.report.wallMs, 0);
  const page = join(folder, 'index.html');
  await writeFile(
    page,
    demoPage({
      view,
      video: basename(talk),
      runPage: 'run.html',
      report,
      speech: basename(audio),
      who: sample?.who ?? person,
      person,
      figures: await judgedFigures(evaluated, trained.scope),
      sample: sample !== null,
      wallMs,
    }),
  ).catch((error: unknown) => {
    throw toPortraitError(error);
  });
  console.event({
    type: 'result',
    command: 'demo',
    person,
    page,
    video: talk,
    cached: rendered.result.cached,
    wallMs: performance.now() - started,
  });
  console.print(`\nDone in ${formatDuration(performance.now() - started)}. Open the page:`);
  console.print(`  ${page}`);
  console.print(`  ${console.style.dim(pathToFileURL(page).href)}`);
  console.print(`or play the video:\n  ${talk}`);
  if (options.open) openWithSystem(page);
}

const judgedSchema = z.object({
  floors: z.array(
    z.object({
      name: z.string(),
      unit: z.string(),
      value: z.number().nullable(),
      floor: z.string(),
      aim: z.string(),
      outcome: z.enum(['aim met', 'floor met', 'missed', 'not measured']),
    }),
  ),
});

async function judgedFigures(report: ArtifactRef | undefined, scope: ArtifactScope): Promise<readonly Figure[]> {
  if (report === undefined || !('report.json' in report.files)) return [];
  const text = await readFile(await scope.path(report, 'report.json'), 'utf8');
  return judgedSchema.parse(JSON.parse(text)).floors;
}

async function publishReport(
  report: ArtifactRef | undefined,
  scope: ArtifactScope,
  folder: string,
): Promise<string | null> {
  if (report === undefined || !('report.html' in report.files)) return null;
  for (const name of Object.keys(report.files)) await publishFile(await scope.path(report, name), join(folder, name));
  return 'report.html';
}
