import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PortraitError } from '@portrait/contracts';
import { temporaryDirectory } from '@portrait/testing';
import { readItemFile, type ItemTools } from './item-file.js';
import { fileNamer } from './item-names.js';

const tools = (sent: string[] = []): ItemTools => ({
  person: (name) =>
    name === 'anna'
      ? Promise.resolve('p_1')
      : Promise.reject(new PortraitError('NOT_FOUND', `There is no person "${name}".`)),
  send: (path, personId) => {
    sent.push(path);
    return Promise.resolve(`u_${sent.length}_${personId}`);
  },
});

async function read(folder: string, name: string, text: string, sent?: string[]) {
  await writeFile(join(folder, name), text);
  const file = await readItemFile(join(folder, name), tools(sent));
  await file.check();
  return file.request();
}

describe('items as CSV', () => {
  it('replace names by ids and files by uploads, and keep row numbers', async () => {
    await using folder = await temporaryDirectory();
    for (const name of ['a.wav', 'b.wav']) await writeFile(join(folder.path, name), 'sound');
    const sent: string[] = [];
    const { csv } = await read(
      folder.path,
      'items.csv',
      [
        '\uFEFFid;person;audio_file;metadata.title',
        'one;anna;a.wav;"Say ""hi""; twice"',
        '',
        'two;anna;b.wav;x',
        'three;anna;a.wav;',
      ].join('\r\n'),
      sent,
    );
    expect(csv!.split('\r\n')).toEqual([
      'id;person;upload_id;metadata.title',
      'one;p_1;u_1_p_1;"Say ""hi""; twice"',
      '',
      'two;p_1;u_2_p_1;x',
      'three;p_1;u_1_p_1;',
    ]);
    expect(sent).toEqual([join(folder.path, 'a.wav'), join(folder.path, 'b.wav')]);
  });

  it('report every mistake with its row before any upload', async () => {
    await using folder = await temporaryDirectory();
    await writeFile(join(folder.path, 'a.wav'), 'sound');
    const sent: string[] = [];
    await expect(
      read(folder.path, 'items.csv', 'id,person,audio_file\none,anna,a.wav\n\ntwo,bert,b.wav', sent),
    ).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(
        /row 4: There is no person "bert"\n {2}row 4: The speech .*b\.wav does not exist$/,
      ),
    });
    expect(sent).toEqual([]);
    await expect(read(folder.path, 'items.csv', 'id,person,audio_file\none,"anna,a.wav')).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      hint: expect.stringContaining('quote'),
    });
  });
});

describe('items as JSON', () => {
  it('are a list or a batch object', async () => {
    await using folder = await temporaryDirectory();
    await writeFile(join(folder.path, 'a.wav'), 'sound');
    expect(
      await read(
        folder.path,
        'items.json',
        JSON.stringify([
          { id: 'one', person: 'anna', audio: { file: 'a.wav' }, seed: 3 },
          { id: 'two', personId: 'anna', audio: 'recorded' },
        ]),
      ),
    ).toEqual({
      items: [
        { id: 'one', personId: 'p_1', audio: { uploadId: 'u_1_p_1' }, seed: 3 },
        { id: 'two', personId: 'p_1', audio: 'recorded' },
      ],
    });
    expect(
      await read(
        folder.path,
        'items.json',
        JSON.stringify({ concurrency: 2, items: [{ id: 'one', person: 'anna', audio: 'recorded' }] }),
      ),
    ).toEqual({ concurrency: 2, items: [{ id: 'one', personId: 'p_1', audio: 'recorded' }] });
  });

  it.each(['{', '{}', 'null', '3'])('are refused when the file is %s', async (text) => {
    await using folder = await temporaryDirectory();
    await expect(read(folder.path, 'items.json', text)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('names of downloaded videos', () => {
  it('equal the ids when those are safe', () => {
    const name = fileNamer();
    expect(['lesson-1', 'Über uns', 'lesson-1'].map((id) => name(id, 'mp4'))).toEqual([
      'lesson-1.mp4',
      'Über uns.mp4',
      'lesson-1.mp4',
    ]);
  });

  it('stay in the folder, are no device names and are unique', () => {
    const name = fileNamer();
    const ids = [
      '../etc/passwd',
      '..',
      '.',
      '.hidden',
      '-rf',
      'a/b',
      'a\\b',
      'a:b',
      'CON',
      'nul.x',
      'Same',
      'same',
      'SAME',
      'x'.repeat(300),
      'x'.repeat(301),
      'end.',
    ];
    const names = ids.map((id) => name(id, 'mp4'));
    expect(
      names.filter((file) => !/^[\p{L}\p{N}_][\p{L}\p{N}._ -]{0,110}$/u.test(file) || /^(con|nul)\./i.test(file)),
    ).toEqual([]);
    expect(new Set(names.map((file) => file.toLowerCase())).size).toBe(ids.length);
  });
});
