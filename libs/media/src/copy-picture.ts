// The picture of a video without its sound, copied packet by packet. Sound shifts the clock of a file by its encoder's
// priming; parts that will be joined must not bring that along.
import { containerArgs, type Encoding } from './encodings.js';
import { checkInputFile, fileUrl, removeOutput, startProgram, writeError } from './ffmpeg.js';

/** Throws NOT_FOUND, INPUT_UNREADABLE, STORE_UNWRITABLE, DEPENDENCY_MISSING, CANCELLED; nothing is left then. */
export async function copyPicture(
  from: string,
  to: string,
  options: { encoding: Encoding; signal?: AbortSignal | undefined },
): Promise<void> {
  await checkInputFile(from);
  const running = startProgram(
    'ffmpeg',
    [
      '-hide_banner',
      '-loglevel',
      'error',
      '-y',
      '-protocol_whitelist',
      'file',
      '-i',
      fileUrl(from),
      '-map',
      '0:v:0',
      '-c',
      'copy',
      ...containerArgs(options.encoding, {}),
      fileUrl(to),
    ],
    { signal: options.signal },
  );
  try {
    if ((await running.exit) !== 0) throw writeError(to, running.stderr());
  } catch (error) {
    await removeOutput(to);
    throw error;
  }
}
