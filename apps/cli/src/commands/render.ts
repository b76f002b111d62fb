// portrait render: portrait and speech → video.
import type { Command } from 'commander';
import { PortraitError } from '@portrait/contracts';
import { formatDuration } from '@portrait/observability';
import { withExamples, withPerson, withRunOptions, type RunOptions } from './options.js';
import type { OpenSession } from './index.js';

interface RenderOptions extends RunOptions {
  person: string;
  audio?: string;
  self?: boolean;
  out: string;
  pose?: string;
  eyes?: string;
  background?: string;
  smoothing?: string;
}

export function addRender(program: Command, open: OpenSession): void {
  const command = withPerson(program.command('render').description('Make a video of a portrait saying a recording.'))
    .option('--audio <file>', 'speech to say: any sound or video file ffmpeg reads, of any length')
    .option('--self', 'say what the person says in the clip, with the recorded head motion')
    .requiredOption('--out <file>', 'video to write: .mp4, .mov (ProRes, alpha) or .webm (VP9, alpha)')
    .option('--pose <source>', 'head motion: clip (back and forth through it), recorded (frame for frame), held (one frame), or a track file (default: clip)')
    .option('--eyes <source>', 'eyes: clip, natural (blinks from the seed), fixed:OPENING with 0 closed and 1 open, or a track file (default: clip)')
    .option('--background <source>', 'plate (behind the person in the clip), "#rrggbb", an image or video file, transparent (default: plate)')
    .option('--smoothing <frames>', 'frames averaged for the head pose, odd; 1 is off (default: 7)');
  withExamples(withRunOptions(command),
    'render --person anna --audio talk.wav --out talk.mp4',
    'render --person anna --audio talk.m4a --eyes natural --background "#204060" --out talk.mp4',
    'render --person anna --audio talk.wav --background transparent --out talk.webm',
    'render --person anna --self --out again.mp4',
    'render --person anna --audio talk.wav --out preview.mp4 --set render.durationSeconds=5');
  command.action(async (options: RenderOptions) => {
    if ((options.audio === undefined) === (options.self !== true)) throw new PortraitError('INVALID_ARGUMENT', 'Give either --audio FILE or --self.', { hint: 'portrait render --help shows examples.' });
    const session = open(command);
    const { console } = session;
    const { renderVideo } = await import('../portrait/render-video.js');
    const { path, result } = await renderVideo(session, options);
    console.event({ type: 'result', command: 'render', person: options.person, path, cached: result.cached, metrics: result.report.metrics, outputs: result.outputs });
    console.print(`\n${result.cached ? 'This video was rendered before; it is written again to' : `Rendered in ${formatDuration(result.report.wallMs)}:`}\n  ${path}`);
    console.print('  It carries its provenance and the hash of the consent record in its metadata.');
  });
}
