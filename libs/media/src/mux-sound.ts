// Sound as an input of a program that muxes it: the very track that readAudio hears, steady where it changes on the
// way.
import { inputArgs } from './container.js';
import { changesSound, steadySoundArgs } from './decode-sound.js';
import { readError, removeOutput, runProgram } from './ffmpeg.js';
import { probeSound } from './probe.js';

export interface SoundInput {
  /** Arguments that open it. */
  args: string[];
  /** Its track, for `-map N:a:track`. */
  track: number;
}

/**
 * Calls `mux` with the sound, and once more with a steady copy of it (beside `out`, removed afterwards) where its rate
 * or channels change. `mux` returns what ffmpeg said. Throws NOT_FOUND, INPUT_UNREADABLE, INPUT_NO_AUDIO and what `mux`
 * throws.
 */
export async function muxWithSound(
  path: string,
  out: string,
  signal: AbortSignal | undefined,
  mux: (sound: SoundInput) => Promise<string>,
): Promise<void> {
  const { track } = await probeSound(path, { signal });
  const said = await mux({ args: ['-reinit_filter', '0', ...(await inputArgs(path))], track });
  if (!changesSound(said)) return;
  const steady = `${out}.sound`;
  try {
    const made = await runProgram('ffmpeg', steadySoundArgs(await inputArgs(path), track, `file:${steady}`), signal);
    if (made.code !== 0) throw readError(path, made.stderr);
    await mux({ args: await inputArgs(steady), track: 0 });
  } finally {
    await removeOutput(steady);
  }
}
