// Encodes frames that arrive over a pipe, and muxes sound to the exact length of the picture. Constant memory.
// Not here: temporary names. The caller gives one and makes the file visible when `close` has settled.
import { PortraitError } from '@portrait/contracts';
import { audioTo, colourArgs, containerArgs, encoderArgs, type Encoding } from './encodings.js';
import { inputArgs } from './container.js';
import { fileUrl, QUIET, removeOutput, saysUnwritable, startProgram, TELL_PROGRESS, writeError } from './ffmpeg.js';
import { changesSound } from './decode-sound.js';
import { muxWithSound } from './mux-sound.js';
import { probeSound } from './probe.js';
import { BYTES_PER_PIXEL, type PixelFormat } from './read-frames.js';

export interface VideoWriterOptions {
  width: number;
  height: number;
  /** Frames a second, constant. */
  fps: number;
  /** Layout of the frames given to `write`. */
  pixelFormat: PixelFormat;
  encoding: Encoding;
  /** Sound to mux: padded with silence or cut to the sample where the picture ends. `filters` run before that. */
  audio?: { path: string; filters?: readonly string[] };
  /** Tags written into the container; any key, also for MP4. */
  metadata?: Readonly<Record<string, string>>;
  /**
   * Constant quality: H.264 0..51 (default 16, visually lossless), VP9 0..63 (default 18). FFV1 and ProRes ignore it.
   */
  crf?: number;
  signal?: AbortSignal | undefined;
}

export interface VideoWriter {
  /**
   * Takes one frame of width × height × channels bytes; settles when the encoder wants more. The buffer may be reused
   * then.
   */
  write(frame: Uint8Array): Promise<void>;
  /** Ends the file; settles when it is complete on disk. */
  close(): Promise<void>;
  /** Stops at once and removes what was written. */
  abort(): Promise<void>;
}

/**
 * Same frames, same bytes: no dates, no encoder tags, a fixed number of encoder threads.
 * Throws INVALID_ARGUMENT (odd size where the encoding needs even), STORE_UNWRITABLE, DEPENDENCY_MISSING, TOOL_KILLED,
 * CANCELLED.
 */
export async function openVideoWriter(path: string, options: VideoWriterOptions): Promise<VideoWriter> {
  const { width, height, fps, pixelFormat, encoding, audio, signal } = options;
  if (encoding !== 'ffv1' && (width % 2 || height % 2)) {
    throw new PortraitError('INVALID_ARGUMENT', `${encoding} needs an even size, not ${width}×${height}.`, {
      hint: 'Choose an even width and height.',
    });
  }
  if (audio) await probeSound(audio.path, { signal });
  const picturePath = audio ? `${path}.picture` : path;
  const running = startProgram(
    'ffmpeg',
    [
      ...QUIET,
      '-y',
      '-f',
      'rawvideo',
      '-pix_fmt',
      pixelFormat,
      '-s',
      `${width}x${height}`,
      '-r',
      String(fps),
      '-i',
      'pipe:0',
      '-vf',
      colourArgs(encoding, pixelFormat),
      ...encoderArgs(encoding, options.crf),
      ...containerArgs(encoding, audio ? {} : (options.metadata ?? {})),
      fileUrl(picturePath),
    ],
    { signal, stdin: 'pipe' },
  );

  const frameBytes = width * height * BYTES_PER_PIXEL[pixelFormat];
  const stdin = running.child.stdin!;
  let frames = 0;
  let failure: PortraitError | undefined;
  let ended = false;
  void running.exit.then(
    (code) => {
      if (code !== 0 || !ended) failure ??= writeError(path, running.stderr());
    },
    (error: PortraitError) => {
      failure ??= error;
    },
  );

  const remove = async (): Promise<void> => {
    await removeOutput(path);
    if (audio) await removeOutput(picturePath);
  };
  const fail = async (error: PortraitError): Promise<never> => {
    await running.stop();
    if (error.code !== 'DEPENDENCY_MISSING') await remove();
    throw error;
  };

  const mux = ({ path: soundPath, filters }: NonNullable<typeof audio>): Promise<void> =>
    muxWithSound(soundPath, path, signal, async (sound) => {
      const muxing = startProgram(
        'ffmpeg',
        [
          ...QUIET,
          ...TELL_PROGRESS,
          '-y',
          ...(await inputArgs(picturePath)),
          ...sound.args,
          '-map',
          '0:v:0',
          '-map',
          `1:a:${sound.track}`,
          '-c:v',
          'copy',
          ...audioTo(encoding, frames / fps, filters),
          ...containerArgs(encoding, options.metadata ?? {}),
          fileUrl(path),
        ],
        { signal, stdout: 'pipe' },
      );
      muxing.child.stdout!.resume();
      const code = await muxing.exit;
      if (changesSound(muxing.stderr())) return muxing.stderr();
      if (code !== 0 || saysUnwritable(muxing.stderr())) throw writeError(path, muxing.stderr());
      return muxing.stderr();
    });

  return {
    async write(frame) {
      if (failure) await fail(failure);
      if (frame.length !== frameBytes)
        await fail(
          new PortraitError(
            'INVALID_ARGUMENT',
            `Frame ${frames} has ${frame.length} bytes; ${width}×${height} ${pixelFormat} has ${frameBytes}.`,
            { at: { file: path, frame: frames } },
          ),
        );
      // Settles on the callback, not on `drain`: then the bytes have left and the caller may reuse the buffer.
      await new Promise<void>((settle) => stdin.write(frame, () => settle()));
      frames += 1;
    },
    async close() {
      ended = true;
      stdin.end();
      const code = await running.exit.catch((error: PortraitError) => fail(error));
      if (failure) await fail(failure);
      if (code !== 0 || saysUnwritable(running.stderr())) await fail(writeError(path, running.stderr()));
      if (frames === 0)
        await fail(new PortraitError('INVALID_ARGUMENT', `${path} would hold no frame.`, { at: { file: path } }));
      if (audio) {
        await mux(audio).catch((error: PortraitError) => fail(error));
        await removeOutput(picturePath);
      }
    },
    async abort() {
      ended = true;
      await running.stop();
      await remove();
    },
  };
}
