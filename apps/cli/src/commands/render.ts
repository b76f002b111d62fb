// portrait render: portrait and speech → video.
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
  const command = withPerson(program.command('render').description('Make a video of a portrait saying a recording.'))
    .option('--audio <file>', 'speech to say: any sound or video file ffmpeg reads, of any length')
    .option('--self', 'say what the person says in the clip, with the recorded head motion')
    .requiredOption('--out <file>', 'video to write: .mp4, .mov (ProRes, alpha) or .webm (VP9, alpha)')
    .option(
      '--pose <source>',
      'head motion: clip (back and forth through it), recorded (frame for frame), held (one frame), or a track file (default: clip)',
    )
    .option(
      '--eyes <source>',
      'eyes: clip, natural (blinks from the seed), fixed:OPENING with 0 closed and 1 open, or a track file (default: clip)',
    )
    .option(
      '--background <source>',
      'plate (behind the person in the clip), "#rrggbb", an image or video file, transparent (default: plate)',
    )
    .option('--smoothing <frames>', 'frames averaged for the head pose, odd; 1 is off (default: 7)')
    .option('--shards <number>', 'with --remote: render workers that share it; the video is the same (default: 1)');
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
      throw new PortraitError('INVALID_ARGUMENT', '--shards: on this machine a video is rendered whole.', {
        hint: 'It goes with --remote URL.',
      });
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
    console.print(
      `\n${result.cached ? 'This video was rendered before; it is written again to' : `Rendered in ${formatDuration(result.report.wallMs)}:`}\n  ${path}`,
    );
    if (comparison !== null)
      console.print(
        `  Beside the clip:\n${formatTable(Object.entries(comparison).map(([name, value]) => [name, formatCount(value)]))}`,
      );
    console.print('  It carries its provenance and the hash of the consent record in its metadata.');
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
