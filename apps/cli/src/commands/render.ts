// portrait render: renders a video of a portrait speaking a recording.
import type { Command } from 'commander';
import { PortraitError } from '@portrait/contracts';
import { formatCount, formatDuration } from '@portrait/observability';
import { connect, remoteAddress } from '../remote/connect.js';
import { refuseLocalOnly, storeAndThreads } from '../remote/local-only.js';
import { wholeNumber, type Session } from '../session.js';
import { formatTable } from '../terminal/style.js';
import { withExamples, withPerson, withRemote, withRunOptions, type RunOptions } from './options.js';
import type { OpenSession } from './open-session.js';

interface RenderOptions extends RunOptions {
  person: string;
  audio?: string;
  self?: boolean;
  out: string;
  pose?: string;
  eyes?: string;
  background?: string;
  smoothing?: string;
  shards?: string;
  remote?: string | false;
}

const MAX_SHARDS = 64;

export function addRender(program: Command, open: OpenSession): void {
  const command = withPerson(
    program.command('render').description('Render a video of a portrait speaking a recording.'),
  )
    .option('--audio <file>', 'speech: any audio or video file that ffmpeg reads, of any length')
    .option('--self', 're-enact the training clip with its own sound and head motion')
    .requiredOption('--out <file>', 'output video: .mp4, .mov (ProRes, alpha) or .webm (VP9, alpha)')
    .option(
      '--pose <source>',
      'head motion: clip (the clip back and forth), recorded (frame by frame), held (one frame), or a track file ' +
        '(default: clip)',
    )
    .option(
      '--eyes <source>',
      'eyes: clip, natural (random blinks), fixed:OPENING from 0 (closed) to 1 (open), or a track file (default: clip)',
    )
    .option(
      '--background <source>',
      'background: plate (from the clip), "#rrggbb", transparent, or an image or video file (default: plate)',
    )
    .option(
      '--smoothing <frames>',
      'odd number of frames to smooth the head pose over; 1 turns smoothing off (default: 7)',
    )
    .option('--shards <number>', 'with --remote: parts rendered in parallel; the bytes stay the same (default: 1)');
  withExamples(
    withRemote(withRunOptions(command)),
    'render --person anna --audio talk.wav --out talk.mp4',
    'render --person anna --audio talk.m4a --eyes natural --background "#204060" --out talk.mp4',
    'render --person anna --audio talk.wav --background transparent --out talk.webm',
    'render --person anna --self --out again.mp4',
    'render --person anna --audio talk.wav --out preview.mp4 --set render.durationSeconds=5',
    'render --person anna --audio talk.wav --out talk.mp4 --remote https://portraits.example.org --shards 4',
  );
  command.action(async (options: RenderOptions) => {
    if ((options.audio === undefined) === (options.self !== true))
      throw new PortraitError('INVALID_ARGUMENT', 'Give either --audio FILE or --self.', {
        hint: 'portrait render --help shows examples.',
      });
    const session = open(command);
    const { console } = session;
    const url = remoteAddress(session, options);
    if (url !== null) return renderAtRemote(session, url, options);
    if (options.shards !== undefined)
      throw new PortraitError(
        'INVALID_ARGUMENT',
        '--shards needs --remote: on this machine a video is rendered in one part.',
        {
          hint: 'Give --remote URL, or omit --shards.',
        },
      );
    const { renderVideo } = await import('../portrait/render-video.js');
    const { path, result, comparison } = await renderVideo(session, options);
    console.event({
      type: 'result',
      command: 'render',
      person: options.person,
      path,
      cached: result.cached,
      metrics: result.report.metrics,
      outputs: result.outputs,
      comparison,
    });
    const duration = formatDuration(result.report.wallMs);
    console.print(`\n${result.cached ? 'Already rendered; written again to' : `Rendered in ${duration}:`}\n  ${path}`);
    if (comparison !== null) {
      const rows = Object.entries(comparison).map(([name, value]) => [name, formatCount(value)]);
      console.print(`  Compared with the clip:\n${formatTable(rows)}`);
    }
    console.print('  Its metadata contains the provenance and the hash of the consent record.');
  });
}

async function renderAtRemote(session: Session, url: string, options: RenderOptions): Promise<void> {
  refuseLocalOnly(url, storeAndThreads(options));
  const shards = options.shards === undefined ? 1 : wholeNumber(options.shards, '--shards', 1, MAX_SHARDS);
  const seed = session.seed(options);
  const remote = await connect(session, options, url);
  const { renderRemotely } = await import('../remote/render-remote.js');
  await renderRemotely(session, remote, { ...options, seed, shards });
}
