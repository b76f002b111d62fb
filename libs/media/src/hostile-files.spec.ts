// Files of attackers, read by the real programs under a system-call trace.
import { describe, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PortraitError } from '@portrait/contracts';
import { temporaryDirectory } from '@portrait/testing';
import { writeHostileFiles } from './hostile-files.testing.js';
import { joinVideos, probeMedia, readAudio, readFrames, readImage } from './index.js';

jest.setTimeout(600_000); // Hundreds of programs are started under a trace.

const STRACE = ['strace', '-f', '-qq', '-e', 'trace=open,openat,openat2,connect,socket,execve'];

function strace(): boolean {
  try {
    execFileSync('strace', ['-qq', '-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
// Skipped without strace (apt-get install strace), or where ptrace is not allowed.
const itTraced = strace() ? it : it.skip;

/** Starts ffmpeg and ffprobe under a trace while `body` runs; returns the trace. */
async function traced(folder: string, body: () => Promise<void>): Promise<string> {
  const log = join(folder, 'trace');
  await writeFile(log, '');
  for (const name of ['ffmpeg', 'ffprobe'] as const) {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\nexec ${STRACE.join(' ')} -A -o '${log}' ${name} "$@"\n`, { mode: 0o755 });
    process.env[`PORTRAIT_${name.toUpperCase()}`] = path;
  }
  try {
    await body();
  } finally {
    delete process.env['PORTRAIT_FFMPEG'];
    delete process.env['PORTRAIT_FFPROBE'];
  }
  return readFile(log, 'utf8');
}

/** Paths that were opened with success. */
const opened = (trace: string): string[] =>
  [...trace.matchAll(/open(?:at2?)?\(.*?"([^"]*)".*?= \d+/g)].map(([, path]) => path!);

async function frames(path: string): Promise<number> {
  let count = 0;
  const options = { pixelFormat: 'gray', width: 16, height: 16, frameCount: 2 } as const;
  for await (const _ of readFrames(path, options)) count += 1;
  return count;
}

describe('files of attackers', () => {
  itTraced('playlists in disguise: nothing but the file itself is opened, and nothing hangs', async () => {
    await using corpus = await temporaryDirectory();
    await using tools = await temporaryDirectory();
    const files = await writeHostileFiles(corpus.path);
    expect(files.length).toBeGreaterThanOrEqual(30);
    const shown: string[] = [];
    for (const { path, tooLarge } of files) {
      const trace = await traced(tools.path, async () => {
        for (const read of [probeMedia, (p: string) => readAudio(p, { sampleRate: 8000 }), frames]) {
          const result = await read(path).then(
            () => 'read',
            (error: unknown) => (error instanceof PortraitError ? error.code : String(error)),
          );
          shown.push(`${path.split('/').at(-1)}: ${result}`);
          if (tooLarge) expect(result).toMatch(/^INPUT_/);
        }
      });
      expect(opened(trace).filter((name) => name.startsWith(corpus.path) && name !== path)).toEqual([]);
      expect(opened(trace).filter((name) => /passwd|canary/.test(name))).toEqual([]);
      expect(trace).not.toMatch(/connect\(|AF_INET/);
    }
    // A reference movie is a whole MP4 without its data; nothing else of the corpus is media.
    expect(shown.filter((line) => line.endsWith(': read')).filter((line) => !/^reference|^png/.test(line))).toEqual([]);
  });

  itTraced('the trace sees what ffmpeg opens when it is left to guess', async () => {
    await using corpus = await temporaryDirectory();
    const files = await writeHostileFiles(corpus.path);
    const disguised = files.find(({ path }) => path.endsWith('concat-behind-tag.mp3'))!.path;
    const log = join(corpus.path, 'trace');
    const args = [...STRACE.slice(1), '-o', log, 'ffprobe', '-v', 'error', '-f', 'concat', disguised];
    try {
      execFileSync('strace', args, { stdio: 'ignore', cwd: corpus.path });
    } catch {
      // Whether it can be read in the end does not matter here.
    }
    const plain = join(corpus.path, 'concat-plain.mkv');
    execFileSync('strace', [...STRACE.slice(1), '-o', log, 'ffprobe', '-v', 'error', plain], { stdio: 'ignore' });
    expect(opened(await readFile(log, 'utf8')).filter((name) => /canary/.test(name))).not.toEqual([]);
  });

  it('a playlist as the sound of a video: refused before anything is written', async () => {
    await using corpus = await temporaryDirectory();
    const files = await writeHostileFiles(corpus.path);
    const sound = files.find(({ path }) => path.endsWith('hls-behind-tag.mp3'))!.path;
    const piece = { path: join(corpus.path, 'canary.mp4'), frames: 50 };
    const joined = joinVideos(join(corpus.path, 'out.mp4'), [piece], {
      fps: 25,
      encoding: 'h264',
      audio: { path: sound },
    });
    await expect(joined).rejects.toMatchObject({ code: expect.stringMatching(/^INPUT_/) });
  });

  it('a picture of 50,000 or 16,384 pixels a side, and drawings: refused in bounded memory', async () => {
    await using corpus = await temporaryDirectory();
    const files = await writeHostileFiles(corpus.path);
    const before = process.memoryUsage().rss;
    let peak = before;
    for (const { path } of files) {
      if (!/\.(png|jpg|webp)$/.test(path)) continue;
      await expect(readImage(path)).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' });
      peak = Math.max(peak, process.memoryUsage().rss);
    }
    expect(peak - before).toBeLessThan(150 * 2 ** 20);
  });

  it('keys of the store are not in the environment of the decoder', async () => {
    await using dir = await temporaryDirectory();
    const program = join(dir.path, 'ffprobe');
    await writeFile(program, `#!/bin/sh\nenv > '${join(dir.path, 'seen')}'\n`, { mode: 0o755 });
    const file = join(dir.path, 'a.wav');
    await writeFile(file, Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE'), Buffer.alloc(40)]));
    Object.assign(process.env, { PORTRAIT_FFPROBE: program, PORTRAIT_S3_SECRET_KEY: 'canary-of-the-spec' });
    try {
      await expect(probeMedia(file)).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' });
      expect(await readFile(join(dir.path, 'seen'), 'utf8')).not.toContain('canary-of-the-spec');
    } finally {
      delete process.env['PORTRAIT_FFPROBE'];
      delete process.env['PORTRAIT_S3_SECRET_KEY'];
    }
  });

  it('a program that hangs: stopped after the time that is set', async () => {
    await using dir = await temporaryDirectory();
    const program = join(dir.path, 'program');
    await writeFile(program, '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 });
    const file = join(dir.path, 'a.wav');
    await writeFile(file, Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE'), Buffer.alloc(40)]));
    const set = { PORTRAIT_FFPROBE: program, PORTRAIT_FFMPEG: program, PORTRAIT_MAX_TOOL_SILENCE_SECONDS: '0.5' };
    Object.assign(process.env, set);
    try {
      const silent = { code: 'INPUT_UNREADABLE', message: expect.stringContaining('no progress') };
      await expect(probeMedia(file)).rejects.toMatchObject(silent);
      await expect(readAudio(file, { sampleRate: 8000 })).rejects.toMatchObject(silent);
      await expect(frames(file)).rejects.toMatchObject(silent);
    } finally {
      for (const name of Object.keys(set)) delete process.env[name];
    }
  });
});

describe('limits', () => {
  const make = (args: string[]): void => void execFileSync('ffmpeg', ['-v', 'error', '-y', ...args]);
  async function withSetting(name: string, value: string, body: () => Promise<void>): Promise<void> {
    process.env[name] = value;
    try {
      await body();
    } finally {
      delete process.env[name];
    }
  }

  it('too many seconds: refused at probe, and while decoding where the container is silent', async () => {
    await using dir = await temporaryDirectory();
    const told = join(dir.path, 'told.wav');
    const untold = join(dir.path, 'untold.ts');
    make(['-f', 'lavfi', '-i', 'anullsrc=r=8000:cl=mono', '-t', '36000', '-c:a', 'pcm_u8', told]);
    make(['-f', 'lavfi', '-i', 'sine=d=20', '-c:a', 'mp2', untold]);
    await expect(probeMedia(told)).rejects.toMatchObject({ message: expect.stringMatching(/36000 s long/) });
    await withSetting('PORTRAIT_MAX_SECONDS', '5', async () => {
      await expect(readAudio(untold, { sampleRate: 8000 })).rejects.toMatchObject({
        code: 'INPUT_UNREADABLE',
        message: expect.stringMatching(/at most 5 s/),
        hint: expect.stringContaining('PORTRAIT_MAX_SECONDS'),
      });
    });
  });

  it('a gap of 20 hours in the time stamps: refused in bounded memory', async () => {
    await using dir = await temporaryDirectory();
    const path = join(dir.path, 'gap.mkv');
    const gap = "asetpts='PTS+gte(T,1)*72000/TB'";
    make(['-f', 'lavfi', '-i', 'sine=d=2', '-af', gap, '-c:a', 'pcm_s16le', path]);
    await expect(probeMedia(path)).rejects.toMatchObject({ message: expect.stringMatching(/7200\d s long/) });
    const decoded = await readAudio(path, { sampleRate: 8000, fromSeconds: 0 }).catch(() => []);
    expect(decoded.length).toBeLessThan(30 * 8000);
  });

  it('too many pixels or channels in a video: refused, and the size is named', async () => {
    await using dir = await temporaryDirectory();
    const video = join(dir.path, 'a.mkv');
    make([
      '-f',
      'lavfi',
      '-i',
      'testsrc=s=400x300:d=1',
      '-f',
      'lavfi',
      '-i',
      'anullsrc=cl=5.1:d=1',
      '-c:v',
      'ffv1',
      video,
    ]);
    await withSetting('PORTRAIT_MAX_PIXELS', '100000', async () => {
      await expect(probeMedia(video)).rejects.toMatchObject({ message: expect.stringMatching(/400×300 px/) });
      await expect(frames(video)).rejects.toMatchObject({ message: expect.stringMatching(/400×300 px/) });
    });
    await withSetting('PORTRAIT_MAX_CHANNELS', '2', async () => {
      await expect(probeMedia(video)).rejects.toMatchObject({ message: expect.stringMatching(/6 channels/) });
    });
    expect(await probeMedia(video)).toMatchObject({ video: { width: 400 }, audio: { channels: 6 } });
  });

  it('more memory than a program may use: refused, not killed', async () => {
    await using dir = await temporaryDirectory();
    const video = join(dir.path, 'a.mkv');
    make(['-f', 'lavfi', '-i', 'testsrc=s=1920x1080:d=1', '-c:v', 'ffv1', video]);
    await withSetting('PORTRAIT_MAX_TOOL_MEBIBYTES', '40', async () => {
      await expect(frames(video)).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' });
    });
    expect(await frames(video)).toBe(2);
  });
});
