import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { temporaryDirectory } from '@portrait/testing';
import { audioFeaturesSpec, PortraitError } from '@portrait/contracts';
import { implement } from './implement.js';
import { openTestScope, runStageForTest } from './testing.js';
import { trackDrafts } from './track-drafts.js';

it('removes what was not committed and keeps what was', async () => {
  const folder = await temporaryDirectory();
  try {
    const scope = await openTestScope(folder.path);
    const drafts = trackDrafts(scope, '0123456789abcdef'.repeat(4));
    const kept = await drafts.artifacts.create('preview');
    await kept.write('a.txt', 'kept');
    const ref = await kept.commit();
    await (await drafts.artifacts.create('preview')).write('b.txt', 'left behind');
    await drafts.discardOpen();
    expect(await readdir(join(folder.path, 'people', 'test', 'tmp'))).toEqual([]);
    await expect(scope.path(ref, 'a.txt')).resolves.toBeTruthy();
  } finally {
    await folder[Symbol.asyncDispose]();
  }
});

it('names artifacts, and no place on this machine, in what a stage fails with', async () => {
  const folder = await temporaryDirectory();
  try {
    const scope = await openTestScope(folder.path);
    const draft = await scope.create('speech');
    await draft.write('source', 'no sound');
    const speech = await draft.commit();
    const stage = implement(audioFeaturesSpec, async (ctx, { audio }) => {
      const [input, output] = [
        await ctx.artifacts.path(audio, 'source'),
        (await ctx.artifacts.create('audio-features')).path('features.npy'),
      ];
      throw new PortraitError('INPUT_UNREADABLE', `${input} cannot be decoded into ${output}.`, {
        hint: `Look at ${input} and ${ctx.scratchDir}/log.`,
        at: { file: input, second: 2 },
      });
    });
    const error = await runStageForTest(stage, scope, { audio: speech }).then(
      () => null,
      (thrown: PortraitError) => thrown,
    );
    expect(error!.toJSON()).toEqual({
      code: 'INPUT_UNREADABLE',
      message: 'speech/source cannot be decoded into audio-features/features.npy.',
      hint: 'Look at speech/source and scratch/log.',
      at: { file: 'speech/source', second: 2 },
    });
  } finally {
    await folder[Symbol.asyncDispose]();
  }
});
