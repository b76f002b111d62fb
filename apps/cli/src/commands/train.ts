// portrait train: trains a portrait from a video.
import type { Command } from 'commander';
import { PORTRAIT_GRAPH, PortraitError, STAGES } from '@portrait/contracts';
import { formatDuration } from '@portrait/observability';
import type { PlannedNode } from '@portrait/stage-kit';
import { personFromFile } from '../portrait/input-checks.js';
import type { TrainOutcome } from '../portrait/train-portrait.js';
import { connect, remoteAddress } from '../remote/connect.js';
import { refuseLocalOnly, storeAndThreads } from '../remote/local-only.js';
import type { Session } from '../session.js';
import { formatTable } from '../terminal/style.js';
import { PRESET_HELP, withExamples, withRemote, withRunOptions, type RunOptions } from './options.js';
import type { OpenSession } from './open-session.js';

interface TrainOptions extends RunOptions {
  video: string;
  person?: string;
  preset: string;
  consent?: string;
  dryRun?: boolean;
  until?: string;
  retry?: string;
  evaluate: boolean;
  detach?: boolean;
  remote?: string | false;
}

export function addTrain(program: Command, open: OpenSession): void {
  const command = program
    .command('train')
    .description(
      'Train the portrait of a person from a video. You can interrupt it: run the same command again to resume.',
    )
    .requiredOption(
      '--video <file>',
      'a few minutes of one person speaking to the camera, in any format that ffmpeg reads',
    )
    .option('--person <name>', 'name in the store: lower-case letters, digits, - and _ (default: the file name)')
    .option('--preset <name>', PRESET_HELP, 'standard')
    .option(
      '--consent <file>',
      'consent record (JSON; see docs/consent.md); without it the terminal asks the questions',
    )
    .option('--dry-run', 'print what would run and why, without computing anything')
    .option('--until <stage>', `stop after this stage: ${Object.keys(PORTRAIT_GRAPH).join(', ')}`)
    .option('--retry <stage>', 'compute this stage again even if its result exists')
    .option('--no-evaluate', 'skip the evaluation on held-out frames')
    .option('--detach', 'with --remote: start, and do not wait for the end');
  withExamples(
    withRemote(withRunOptions(command)),
    'train --video anna.mp4 --consent anna.json',
    'train --video anna.mp4 --preset preview --threads 2',
    'train --video anna.mp4 --set neck-inpainting.neckStrip=60 --dry-run',
    'train --video anna.mp4 --until face-tracking',
    'train --video=-odd-name.mp4 --person anna --json > events.jsonl',
    'train --video anna.mp4 --consent anna.json --remote https://portraits.example.org',
  );
  command.action(async (options: TrainOptions) => {
    const session = open(command);
    const person = options.person ?? personFromFile(options.video);
    const url = remoteAddress(session, options);
    if (url !== null) return trainAtRemote(session, url, person, options);
    if (options.detach)
      throw new PortraitError('INVALID_ARGUMENT', '--detach needs --remote: a local training ends with its command.', {
        hint: 'Give --remote URL, or omit --detach.',
      });
    // Loaded lazily: help and doctor must work without the native kernels.
    const { planTraining, trainPortrait } = await import('../portrait/train-portrait.js');
    const request = { ...options, person, consentFile: options.consent };
    if (options.dryRun)
      return printPlan(session, person, await planTraining(session, { ...request, consent: undefined }));
    session.console.note(session.console.style.bold(`Portrait of ${person}, preset ${options.preset}`));
    printOutcome(session, person, options, await trainPortrait(session, { ...request, consent: undefined }));
  });
}

async function trainAtRemote(session: Session, url: string, person: string, options: TrainOptions): Promise<void> {
  refuseLocalOnly(url, [
    ...storeAndThreads(options),
    { option: '--dry-run', given: options.dryRun, reason: 'plans exist only for the local store' },
    { option: '--until', given: options.until, reason: 'a remote training always runs all stages' },
    { option: '--retry', given: options.retry, reason: 'use portrait retry for a parked stage' },
  ]);
  const remote = await connect(session, options, url);
  session.console.note(session.console.style.bold(`Portrait of ${person}, preset ${options.preset}, at ${url}`));
  const { trainRemotely } = await import('../remote/train-remote.js');
  const { video, preset, set, evaluate, detach = false } = options;
  await trainRemotely(session, remote, {
    person,
    video,
    preset,
    set,
    evaluate,
    detach,
    seed: session.seed(options),
    consentFile: options.consent,
  });
}

function printPlan({ console }: Session, person: string, plan: PlannedNode[]): void {
  for (const { node, state, reasons } of plan) console.event({ type: 'plan', node, state, reasons });
  const words = {
    done: console.style.green('nothing to do'),
    run: console.style.yellow('runs'),
    depends: console.style.dim('runs after these'),
  };
  console.print(`portrait train would do this for ${person}:`);
  console.print(
    formatTable(
      plan.map(({ node, stage, state, reasons }) => [STAGES[stage].title, node, words[state], reasons.join('; ')]),
    ),
  );
}

function printOutcome(
  { console }: Session,
  person: string,
  options: TrainOptions,
  { portrait, results }: TrainOutcome,
): void {
  const store = options.store === undefined ? '' : ` --store ${options.store}`;
  const computed = Object.values(results).filter((result) => !result.cached);
  const wallMs = computed.reduce((sum, result) => sum + result.report.wallMs, 0);
  const findings = Object.values(results).flatMap((result) =>
    result.report.findings.filter((finding) => finding.level === 'warning'),
  );
  console.event({
    type: 'result',
    command: 'train',
    person,
    complete: portrait !== null,
    computed: computed.map((r) => r.report.stage),
    wallMs,
    parts: portrait?.parts,
    consent: portrait?.consent.digest,
    metrics: results['evaluate']?.report.metrics,
  });
  console.print();
  if (portrait === null) {
    console.print(`Done up to ${options.until}. Run the same command without --until to continue.`);
    console.print(`  look   portrait inspect --person ${person}${store}`);
    return;
  }
  const work = `${computed.length} stage${computed.length === 1 ? '' : 's'}, ${formatDuration(wallMs)}`;
  console.print(
    computed.length === 0
      ? `The portrait of ${person} already exists; nothing had to be computed.`
      : `The portrait of ${person} is ready (${work}).`,
  );
  if (findings.length > 0)
    console.print(`  ${findings.length} warning${findings.length === 1 ? '' : 's'}; the page of the run lists them.`);
  console.print(`  speak  portrait render --person ${person} --audio talk.wav --out talk.mp4${store}`);
  console.print(`  look   portrait inspect --person ${person}${store}`);
}
