// Decodes one sound track to raw mono float samples, whatever happens to its rate and channels on the way.
// ffmpeg rebuilds its filters when they change, and every filter starts again at time 0: seconds of silence, lost
// samples.
import { inputArgs } from './container.js';
import { cancelled, QUIET, readError, startProgram, type RunningProgram } from './ffmpeg.js';
import { checkSeconds } from './limits.js';
import { probeSound } from './probe.js';

export interface DecodeSoundOptions {
  /** Samples a second of the result, Hz. */
  sampleRate: number;
  /** ffmpeg audio filters in order, before the change of rate; for example `volume=0.5`. */
  filters?: readonly string[];
  /**
   * Time of sample 0 on the container's clock, seconds: a later start and gaps are filled with silence, what comes
   * before is dropped. Default: sample 0 is the first there is.
   */
  fromSeconds?: number;
  /** Sound track, counted from 0. Default: the one the container calls default, else the first. */
  track?: number;
  /** Channel of the track, counted from 0. Default: all, mixed. */
  channel?: number;
  /** Samples at most, of the result. */
  maxSamples?: number;
  signal?: AbortSignal | undefined;
}

/** Rate and channels in front of every stateful filter, for sound that changes. */
const STEADY = ['-c:a', 'pcm_f32le', '-ar', '48000', '-ac', '2'] as const;
/** What ffmpeg says when rate or channels change and it may not rebuild its filters. */
const CHANGES = /Changing audio frame properties on the fly/;

/** Pieces of 32-bit float samples, cut anywhere. Throws as `readAudio` does. */
export async function* decodeSound(path: string, options: DecodeSoundOptions): AsyncGenerator<Uint8Array, void, void> {
  const { signal, sampleRate } = options;
  const track = options.track ?? (await probeSound(path, { signal })).track;
  let given = 0;
  for (const steady of [false, true]) {
    const running = steady
      ? startSteady(await inputArgs(path), track, options)
      : startProgram('ffmpeg', soundArgs(await inputArgs(path), track, options), { signal, stdout: 'pipe' });
    // Sample i is at the same time in both attempts: the second goes on where the first broke off.
    let skip = given;
    try {
      for await (const piece of running.output()) {
        const rest = piece.subarray(Math.min(skip, piece.length));
        skip -= piece.length - rest.length;
        given += rest.length;
        checkSeconds(path, given / 4 / sampleRate);
        if (rest.length > 0) yield rest;
      }
      const code = await running.exit;
      if (!steady && changesSound(running.stderr())) continue;
      if (code !== 0) throw readError(path, running.stderr());
      return;
    } finally {
      await running.stop();
      if (signal?.aborted) throw cancelled();
    }
  }
}

/** True when ffmpeg stopped at a change of rate or channels. */
export function changesSound(stderr: string): boolean {
  return CHANGES.test(stderr);
}

/** Arguments that write the track with one rate and two channels, and its time stamps, to a file or a pipe. */
export function steadySoundArgs(input: readonly string[], track: number, out: string): string[] {
  return [...QUIET, '-y', '-copyts', ...input, '-map', `0:a:${track}`, ...STEADY, '-f', 'nut', out];
}

function soundArgs(input: readonly string[], track: number, options: DecodeSoundOptions): string[] {
  const { sampleRate, filters = [], fromSeconds, channel, maxSamples } = options;
  // Without -copyts some containers would be counted from their first sound instead of their first stream.
  const kept = fromSeconds !== undefined;
  const chain = [
    ...(kept ? [`asetpts=PTS-${fromSeconds}/TB`] : []),
    ...(channel === undefined ? [] : [`pan=mono|c0=c${channel}`]),
    ...filters,
    `aresample=${sampleRate}${kept ? ':async=1:first_pts=0' : ''}`,
    ...(maxSamples === undefined ? [] : [`atrim=end_sample=${maxSamples}`]),
  ];
  const before = [...QUIET, ...(kept ? ['-copyts'] : []), '-reinit_filter', '0'];
  return [...before, ...input, '-map', `0:a:${track}`, '-af', chain.join(','), '-ac', '1', '-f', 'f32le', 'pipe:1'];
}

/** Two programs: one makes the sound steady, the other filters it. They look like one. */
function startSteady(input: readonly string[], track: number, options: DecodeSoundOptions): RunningProgram {
  const { signal } = options;
  const first = startProgram('ffmpeg', steadySoundArgs(input, track, 'pipe:1'), { signal, stdout: 'pipe' });
  const piped = ['-protocol_whitelist', 'pipe', '-format_whitelist', 'nut', '-f', 'nut', '-i', 'pipe:0'];
  const args = soundArgs(piped, 0, options).filter((arg) => arg !== '-nostdin');
  const second = startProgram('ffmpeg', args, { signal, stdin: 'pipe', stdout: 'pipe' });
  first.child.stdout!.on('error', () => undefined).pipe(second.child.stdin!);
  return {
    ...second,
    stderr: () => [first.stderr(), second.stderr()].filter(Boolean).join('\n'),
    stop: async () => {
      await second.stop();
      await first.stop();
    },
  };
}
