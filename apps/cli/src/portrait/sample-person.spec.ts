// The demo of a fresh clone: a real person and real speech, without any download.
import { describe, expect, it } from '@jest/globals';
import { DEMO_SENTENCES, resolveFile, SAMPLES } from '@portrait/models';
import { temporaryDirectory } from '@portrait/testing';
import { shippedFile } from './sample-person.js';

describe('the samples of the demo', () => {
  it('lie in the repository, are looked for there first, and are what their hashes say', async () => {
    await using empty = await temporaryDirectory();
    const env = { PORTRAIT_CACHE: empty.path };
    const files = [...SAMPLES['grid-s1'].files.slice(0, DEMO_SENTENCES), ...SAMPLES.speech.files];
    expect(files).toHaveLength(25);
    const sources = [];
    for (const file of files) sources.push((await resolveFile(file, { env, offline: true })).source);
    expect(sources.filter((source) => !source.startsWith('samples/'))).toEqual([]);
  });

  it('stop the demo when they are missing, and say how to restore them', async () => {
    const missing = { ...SAMPLES.speech.files[0]!, sha256: '0'.repeat(64), sources: [] };
    await expect(shippedFile(missing, new AbortController().signal)).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: expect.stringContaining('missing from the folder samples/'),
      hint: expect.stringContaining('git checkout -- samples'),
    });
  });
});
