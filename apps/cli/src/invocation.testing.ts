// Test support: invokes the command line in this process and captures its output and exit code.
import { copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openVideoWriter, writeWav } from '@portrait/media';
import type { Registry } from '@portrait/stage-kit';
import { temporaryDirectory } from '@portrait/testing';
import { runCli, type CliOptions } from './run-cli.js';
import { CONSENT_EXAMPLE } from './portrait/consent.js';

export interface Invocation {
  code: number;
  stdout: string;
  stderr: string;
  /** Parsed lines of stdout, in JSON mode. */
  events: Record<string, unknown>[];
}

export async function invoke(
  argv: readonly string[],
  registry?: Registry,
  options: CliOptions = {},
): Promise<Invocation> {
  let stdout = '';
  let stderr = '';
  const code = await runCli(argv, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    stdin: {},
    env: { PATH: process.env['PATH'] },
    ...(registry ? { registry } : {}),
    ...options,
  });
  const events = argv.includes('--json')
    ? stdout
        .trim()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    : [];
  return { code, stdout, stderr, events };
}

let made: Promise<{ path: string; video: string; audio: string }> | undefined;

/** One second of video and of sound, created once per spec file. */
function media(): Promise<{ path: string; video: string; audio: string }> {
  return (made ??= (async () => {
    const { path } = await temporaryDirectory();
    const [video, audio] = [join(path, 'clip.mkv'), join(path, 'speech.wav')];
    const writer = await openVideoWriter(video, {
      width: 32,
      height: 32,
      fps: 25,
      pixelFormat: 'gray',
      encoding: 'ffv1',
    });
    for (let i = 0; i < 25; i++) await writer.write(new Uint8Array(32 * 32).fill(i * 8));
    await writer.close();
    await writeWav(audio, new Float32Array(16_000), 16_000);
    return { path, video, audio };
  })());
}

/** Removes the shared media of `makeInputs`. Call it in afterAll. */
export async function removeMedia(): Promise<void> {
  if (made) await rm((await made).path, { recursive: true, force: true });
}

/** A folder with a one-second video, a speech file and a consent record. */
export async function makeInputs(
  folder: string,
): Promise<{ video: string; audio: string; consent: string; store: string }> {
  const { video, audio } = await media();
  const inputs = {
    video: join(folder, 'my clip.mkv'),
    audio: join(folder, 'speech.wav'),
    consent: join(folder, 'consent.json'),
    store: join(folder, 'store'),
  };
  await copyFile(video, inputs.video);
  await copyFile(audio, inputs.audio);
  await writeFile(inputs.consent, JSON.stringify(CONSENT_EXAMPLE));
  return inputs;
}
