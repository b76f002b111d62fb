import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '@portrait/testing';
import { personFromFile, requireOutputVideo, requireSpace, trainingBytes } from './input-checks.js';
import { chooseBackground, chooseEyes, choosePose } from './render-video.js';

describe('input checks', () => {
  it('refuse to start when the disk has too little space', async () => {
    await using folder = await temporaryDirectory();
    await expect(requireSpace(folder.path, 2 ** 60, 'Training')).rejects.toMatchObject({
      code: 'STORE_UNWRITABLE',
      message: expect.stringContaining('1048576 TiB'),
    });
    await expect(requireSpace(folder.path, 1, 'Training')).resolves.toBeUndefined();
    expect(trainingBytes(120, 512)).toBeGreaterThan(trainingBytes(60, 512));
  });

  it('derive a person name from any file name', () => {
    expect(personFromFile('/a/My Clip 2.MP4')).toBe('my-clip-2');
    expect(personFromFile('C:\\films\\Zoë.mov')).toBe('zoe');
    expect(personFromFile('-日本.mp4')).toBe('person');
  });

  it('never let a video overwrite its input', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'a.mp4');
    await expect(
      requireOutputVideo(path, { storeDir: join(folder.path, 'store'), inputs: [path], transparent: false }),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('overwritten') });
    await expect(
      requireOutputVideo(path, { storeDir: join(folder.path, 'store'), inputs: [], transparent: false }),
    ).resolves.toEqual({ path, container: 'mp4' });
  });
});

describe('pose, eyes and background options', () => {
  it('accept a keyword or a file', async () => {
    expect(await choosePose('held')).toEqual({ set: ['pose="held"'] });
    expect(await chooseEyes('natural')).toEqual({ set: ['eyes="blinks"'] });
    expect(await chooseEyes('fixed:0.25')).toEqual({ set: ['eyes="fixed"', 'eyesOpen=0.25'] });
    expect(await chooseBackground('#20406F')).toEqual({ set: ['background="#20406F"'] });
    expect(await choosePose(import.meta.filename)).toEqual({ set: ['pose="track"'], file: import.meta.filename });
    expect(await chooseBackground(import.meta.filename)).toEqual({
      set: ['background="media"'],
      file: import.meta.filename,
    });
    await expect(chooseEyes('fixed:wide')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(chooseBackground('#12')).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      hint: expect.stringContaining('Quote'),
    });
  });
});
