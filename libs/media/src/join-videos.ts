// Joins finished pieces of one encoding into one file without encoding them again, and muxes the sound once over the
// whole. The pieces must come from `openVideoWriter` with equal options; each begins with a key frame, so copying is
// exact.
import { PortraitError } from '@portrait/contracts';
import { audioTo, containerArgs, type Encoding } from './encodings.js';
import { identifyFile } from './container.js';
import { fileUrl, QUIET, removeOutput, saysUnwritable, startProgram, TELL_PROGRESS, writeError } from './ffmpeg.js';
import { changesSound } from './decode-sound.js';
import { muxWithSound, type SoundInput } from './mux-sound.js';

export interface VideoPiece {
  path: string;
  /** Frames in the piece; its length in time, which containers with reordered frames do not tell exactly. */
  frames: number;
}

export interface JoinVideosOptions {
  fps: number;
  encoding: Encoding;
  /** As in `openVideoWriter`: padded with silence or cut to the sample where the picture ends. */
  audio?: { path: string; filters?: readonly string[] };
  metadata?: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
}

/**
 * Writes the pieces one after the other to `path`. Same pieces, same bytes.
 * Throws INVALID_ARGUMENT (no piece), NOT_FOUND, STORE_UNWRITABLE, DEPENDENCY_MISSING, TOOL_KILLED, CANCELLED; nothing
 * is left then.
 */
export async function joinVideos(
  path: string,
  pieces: readonly VideoPiece[],
  options: JoinVideosOptions,
): Promise<void> {
  const { fps, encoding, audio, metadata = {}, signal } = options;
  if (pieces.length === 0)
    throw new PortraitError('INVALID_ARGUMENT', `${path} would hold no frame.`, { at: { file: path } });
  const demuxers = new Set(['concat']);
  for (const piece of pieces) demuxers.add((await identifyFile(piece.path)).demuxer ?? 'none');
  const frames = pieces.reduce((sum, piece) => sum + piece.frames, 0);
  const list = pieces
    .map(
      (piece) =>
        `file '${fileUrl(piece.path).replaceAll("'", "'\\''")}'\nduration ${(piece.frames / fps).toFixed(6)}\n`,
    )
    .join('');
  const whitelists = ['-protocol_whitelist', 'file,pipe', '-format_whitelist', [...demuxers].join(',')];
  const join = async (sound?: SoundInput): Promise<string> => {
    const running = startProgram(
      'ffmpeg',
      [
        ...QUIET.filter((arg) => arg !== '-nostdin'),
        ...TELL_PROGRESS,
        '-y',
        ...whitelists,
        '-f',
        'concat',
        '-safe',
        '0',
        '-i',
        'pipe:0',
        ...(sound?.args ?? []),
        '-map',
        '0:v:0',
        ...(sound ? ['-map', `1:a:${sound.track}`] : []),
        '-c:v',
        'copy',
        ...(sound ? audioTo(encoding, frames / fps, audio?.filters) : []),
        ...containerArgs(encoding, metadata),
        fileUrl(path),
      ],
      { signal, stdin: 'pipe', stdout: 'pipe' },
    );
    running.child.stdout!.resume();
    running.child.stdin!.end(list);
    const code = await running.exit;
    if (changesSound(running.stderr())) return running.stderr();
    if (code !== 0 || saysUnwritable(running.stderr())) throw writeError(path, running.stderr());
    return running.stderr();
  };
  try {
    if (audio) await muxWithSound(audio.path, path, signal, join);
    else await join();
  } catch (error) {
    await removeOutput(path);
    throw error;
  }
}
