// ffmpeg killed from outside while it works, for real: a fault to try again, never one of the file. Needs a POSIX shell
// to learn the process id.
import { describe, expect, it, jest } from '@jest/globals';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ERROR_TABLE } from '@portrait/contracts';
import { temporaryDirectory } from '@portrait/testing';
import { runProgram } from './ffmpeg.js';
import {
  joinVideos,
  openVideoWriter,
  probeMedia,
  readAudio,
  readAudioChunks,
  readFrames,
  transcodeToFfv1,
} from './index.js';

jest.setTimeout(120_000); // Many programs are started; a busy machine starts them slowly.

const KILLED = {
  code: 'TOOL_KILLED',
  message: expect.stringMatching(/ff(mpeg|probe) was ended from outside/),
  hint: expect.stringContaining('same command again'),
};
const size = { width: 640, height: 480 };

interface Place {
  dir: string;
  /** Six seconds of picture and sound. */
  video: string;
  /** Starts ffmpeg (or ffprobe) through a script while `body` runs. */
  through: (script: string, body: () => Promise<void>) => Promise<void>;
  /** Sends the signal to the program that the script of `NOTED` became. */
  kill: (signal: NodeJS.Signals) => Promise<void>;
}

/** The script writes down its process id and becomes the real ffmpeg under the same id. */
const NOTED = (dir: string): string => `echo $$ > '${join(dir, 'pid')}'; exec ffmpeg "$@"`;
const KILLED_AT_ONCE = 'kill -KILL $$';

async function withPlace(body: (place: Place) => Promise<void>): Promise<void> {
  await using dir = await temporaryDirectory();
  const video = join(dir.path, 'a.mkv');
  const made = await runProgram('ffmpeg', [
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    'testsrc=s=160x120:r=25:d=6',
    '-f',
    'lavfi',
    '-i',
    'sine=d=6',
    '-c:v',
    'ffv1',
    video,
  ]);
  expect(made).toMatchObject({ code: 0 });
  await body({
    dir: dir.path,
    video,
    async through(script, work) {
      const path = join(dir.path, 'program');
      await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      Object.assign(process.env, { PORTRAIT_FFMPEG: path, PORTRAIT_FFPROBE: path });
      try {
        await work();
      } finally {
        delete process.env['PORTRAIT_FFMPEG'];
        delete process.env['PORTRAIT_FFPROBE'];
      }
    },
    kill: async (signal) => void process.kill(Number(await readFile(join(dir.path, 'pid'), 'utf8')), signal),
  });
}

async function drain(
  source: AsyncIterable<unknown>,
  onFirst: () => Promise<void> = async () => undefined,
): Promise<number> {
  let items = 0;
  for await (const _ of source) if ((items += 1) === 1) await onFirst();
  return items;
}

describe('ffmpeg ended from outside', () => {
  it('is a fault to try again', () => {
    expect(ERROR_TABLE.TOOL_KILLED).toMatchObject({ retryable: true, exitCode: 4, httpStatus: 503 });
  });

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('in the middle of reading, by %s', async (signal) => {
    await withPlace(async ({ dir, video, through, kill }) => {
      // 150 frames of 1.2 MB: far more than the pipe holds, so that ffmpeg is still at work after the first.
      await through(NOTED(dir), () =>
        expect(drain(readFrames(video, { pixelFormat: 'rgba', ...size }), () => kill(signal))).rejects.toMatchObject(
          KILLED,
        ),
      );
      expect(await drain(readFrames(video, { pixelFormat: 'rgba', ...size }))).toBe(150);
    });
  });

  it('in the middle of writing, and nothing half-written stays', async () => {
    await withPlace(async ({ dir, through, kill }) => {
      await through(NOTED(dir), async () => {
        const writer = await openVideoWriter(join(dir, 'out.mkv'), {
          ...size,
          fps: 25,
          pixelFormat: 'gray',
          encoding: 'ffv1',
        });
        await writer.write(new Uint8Array(size.width * size.height));
        await kill('SIGKILL');
        await expect(writer.close()).rejects.toMatchObject(KILLED);
      });
      expect((await readdir(dir)).filter((name) => name.startsWith('out'))).toEqual([]);
    });
  });

  it.each<[string, (video: string, out: string) => Promise<unknown>]>([
    ['probeMedia', (video) => probeMedia(video)],
    ['readAudio', (video) => readAudio(video, { sampleRate: 16000 })],
    ['readAudioChunks', (video) => drain(readAudioChunks(video, { sampleRate: 16000 }))],
    ['transcodeToFfv1', (video, out) => transcodeToFfv1(video, out, { filters: [], pixelFormat: 'gray' })],
    ['joinVideos', (video, out) => joinVideos(out, [{ path: video, frames: 150 }], { fps: 25, encoding: 'ffv1' })],
  ])('at once, in %s', async (_, call) => {
    await withPlace(async ({ dir, video, through }) => {
      await through(KILLED_AT_ONCE, () => expect(call(video, join(dir, 'out.mkv'))).rejects.toMatchObject(KILLED));
    });
  });

  it('is not confused with a file that cannot be read, or a crash', async () => {
    await withPlace(async ({ video, through }) => {
      await through('echo "moov atom not found" >&2; exit 1', () =>
        expect(probeMedia(video)).rejects.toMatchObject({
          code: 'INPUT_UNREADABLE',
          message: expect.stringContaining('moov atom not found'),
        }),
      );
      await through('kill -SEGV $$', () =>
        expect(probeMedia(video)).rejects.toMatchObject({
          code: 'INPUT_UNREADABLE',
          message: expect.stringContaining('crashed (SIGSEGV)'),
        }),
      );
    });
  });
});
