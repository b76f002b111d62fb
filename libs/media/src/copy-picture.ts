// The picture of a video without its sound, copied packet by packet. Sound shifts the clock of a file by its encoder's
// priming; parts that will be joined must not bring that along.
import { containerArgs, type Encoding } from './encodings.js';
import { inputArgs } from './container.js';
import { fileUrl, QUIET, removeOutput, startProgram, TELL_PROGRESS, writeError } from './ffmpeg.js';

/** Throws NOT_FOUND, INPUT_UNREADABLE, STORE_UNWRITABLE, DEPENDENCY_MISSING, CANCELLED; nothing is left then. */
export async function copyPicture(
  from: string,
  to: string,
  options: { encoding: Encoding; signal?: AbortSignal | undefined },
): Promise<void> {
  const running = startProgram(
    'ffmpeg',
    [
      ...QUIET,
      ...TELL_PROGRESS,
      '-y',
      ...(await inputArgs(from)),
      '-map',
      '0:v:0',
      '-c',
      'copy',
      ...containerArgs(options.encoding, {}),
      fileUrl(to),
    ],
    { signal: options.signal, stdout: 'pipe' },
  );
  running.child.stdout!.resume();
  try {
    if ((await running.exit) !== 0) throw writeError(to, running.stderr());
  } catch (error) {
    await removeOutput(to);
    throw error;
  }
}
