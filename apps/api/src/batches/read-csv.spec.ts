import { describe, expect, it } from '@jest/globals';
import { readCsv } from './read-csv.js';

const upload = `u_${'a'.repeat(20)}`;
const refused = (message: RegExp) =>
  expect.objectContaining({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(message),
    hint: expect.any(String),
  });
const HEAD = 'id,person,audio_url\n';

describe('readCsv', () => {
  it('reads every column into its field', async () => {
    const columns = 'id,person,audio_url,upload_id,audio,pose,eyes,background,container,seed,shards,priority';
    const text = [
      `${columns},metadata.course,metadata.lesson no`,
      'a,p_1,https://example.com/a.wav,,,recorded,natural,#204060,mp4,7,2,1,Intro,1',
      `b,p_1,,${upload},,https://example.com/pose.json,0.5,${upload},,,,,"Intro, again",`,
      'c,p_2,,,recorded,,,plate,,,,,,',
    ].join('\n');
    expect((await readCsv(text)).map(({ item }) => item)).toEqual([
      {
        id: 'a',
        personId: 'p_1',
        audio: { url: 'https://example.com/a.wav' },
        pose: 'recorded',
        eyes: 'natural',
        background: '#204060',
        container: 'mp4',
        seed: 7,
        shards: 2,
        priority: 1,
        metadata: { course: 'Intro', 'lesson no': '1' },
      },
      {
        id: 'b',
        personId: 'p_1',
        audio: { uploadId: upload },
        pose: { url: 'https://example.com/pose.json' },
        eyes: { open: 0.5 },
        background: { uploadId: upload },
        metadata: { course: 'Intro, again' },
      },
      { id: 'c', personId: 'p_2', audio: 'recorded', background: 'plate' },
    ]);
  });

  it.each([
    ['Windows line ends and a byte order mark', `\ufeff${HEAD}a,p,https://x.example/1\r\nb,p,https://x.example/2\r\n`],
    ['semicolons', 'id;person;audio_url\na;p;https://x.example/1\nb;p;https://x.example/2'],
    ['tabs', 'id\tperson\taudio_url\na\tp\thttps://x.example/1\nb\tp\thttps://x.example/2\n'],
    ['empty lines and spaces', `${HEAD}\n a , p ,https://x.example/1 \n\n\nb,p,https://x.example/2\n\n`],
    ['quotes', '"id","person","audio_url"\n"a","p","https://x.example/1"\n"b","p","https://x.example/2"'],
    ['another order', 'audio_url,id,person\nhttps://x.example/1,a,p\nhttps://x.example/2,b,p'],
  ])('accepts %s', async (_, text) => {
    expect((await readCsv(text)).map(({ item }) => item)).toEqual([
      { id: 'a', personId: 'p', audio: { url: 'https://x.example/1' } },
      { id: 'b', personId: 'p', audio: { url: 'https://x.example/2' } },
    ]);
  });

  it('keeps quotes, commas and line ends inside quotes', async () => {
    expect(
      (await readCsv('id,person,audio,metadata.title\n"say ""hi"", twice",p,recorded,"one\ntwo"'))[0]!.item,
    ).toMatchObject({ id: 'say "hi", twice', metadata: { title: 'one\ntwo' } });
  });

  it('reports the location of an item', async () => {
    const [first, second] = await readCsv('id,person,upload_id,audio_url\n\na,p,u_x,\nb,p,,https://x.example/2');
    expect([
      first!.where(),
      first!.where('personId'),
      first!.where('audio'),
      second!.where('audio'),
      second!.where('id'),
    ]).toEqual([
      'row 3',
      'row 3, column person',
      'row 3, column upload_id',
      'row 4, column audio_url',
      'row 4, column id',
    ]);
  });

  it('reads at most the maximum number of items', async () => {
    const rows = (count: number): string =>
      HEAD + Array.from({ length: count }, (_, n) => `i${n},p,https://x.example/${n}\n`).join('');
    expect(await readCsv(rows(30), 30)).toHaveLength(30);
    await expect(readCsv(rows(31), 30)).rejects.toEqual(refused(/more than 30 items/));
  });
});

describe('readCsv refuses, with the location,', () => {
  it.each([
    ['nothing', '', /has no items/],
    ['a header alone', HEAD, /has no items/],
    ['empty lines', '\n\n', /has no items/],
    ['an unknown column', 'id,person,audio_url,sed\n', /row 1: there is no column "sed". Did you mean seed\?/],
    [
      'a column named like an object property',
      'id,person,audio_url,constructor\n',
      /row 1: there is no column "constructor"/,
    ],
    ['a column that is missing', 'id,audio_url\na,b', /row 1: the column person is missing/],
    ['no audio column', 'id,person\na,b', /row 1: one of the columns audio_url, upload_id, audio is missing/],
    ['a column twice', 'id,person,audio_url,id\n', /row 1: the column "id" appears twice/],
    ['a row with too few cells', `${HEAD}a,p,https://x.example/1\nb,p\n`, /^row 3: has 2 cells, the header has 3/],
    ['a row with too many', `${HEAD}a,p,https://x.example/1,more`, /^row 2: has 4 cells/],
    ['an id left out', `${HEAD},p,https://x.example/1`, /^row 2, column id: is missing/],
    ['no audio', `${HEAD}a,p,`, /^row 2, column audio_url: /],
    ['an invalid address', `${HEAD}a,p,ftp://x.example/1`, /^row 2, column audio_url: /],
    [
      'two kinds of audio',
      `id,person,audio_url,upload_id\na,p,https://x.example/1,${upload}`,
      /^row 2, column upload_id: audio_url is also given/,
    ],
    ['a seed that is not a number', 'id,person,audio,seed\na,p,recorded,many', /^row 2, column seed: must be a number/],
    ['a seed below zero', 'id,person,audio,seed\na,p,recorded,-1', /^row 2, column seed: must be at least 0/],
    ['a priority of six', 'id,person,audio,priority\na,p,recorded,6', /^row 2, column priority: must be at most 5/],
    [
      'an unknown pose',
      'id,person,audio,pose\na,p,recorded,dancing',
      /^row 2, column pose: must be "clip", "recorded", "held"/,
    ],
    ['an invalid colour', 'id,person,audio,background\na,p,recorded,blue', /^row 2, column background: /],
    ['eyes too wide', 'id,person,audio,eyes\na,p,recorded,7', /^row 2, column eyes: /],
    [
      'a quote never closed',
      `${HEAD}a,p,https://x.example/1\n"b,p,https://x.example/2\nc,p,x\n`,
      /^row 3: a quote is never closed/,
    ],
    [
      'text after a quote',
      `${HEAD}a,p,https://x.example/1\nb,p,"https://x.example/2"x\n`,
      /^row 3: text follows a closing quote/,
    ],
    ['a quote inside a cell', `${HEAD}a,p,ab"c\n`, /^row 2: an unquoted cell contains a quote/],
    ['a row without end', `${HEAD}"${'x'.repeat(200_000)}`, /^row 2: is longer than 100000 characters/],
  ])('%s', async (_, text, message) => {
    await expect(readCsv(text)).rejects.toEqual(refused(message));
  });

  it('all errors together, and counts them where there are many', async () => {
    await expect(readCsv(`${HEAD}a,p,\nb,,https://x.example/2\nc,p`)).rejects.toEqual(
      refused(
        new RegExp(
          [
            '^3 errors in the batch:',
            '  row 2, column audio_url: .*',
            '  row 3, column person: is missing',
            '  row 4: has 2 cells, the header has 3$',
          ].join('\n'),
        ),
      ),
    );
    await expect(readCsv(HEAD + 'a,p\n'.repeat(50))).rejects.toEqual(
      refused(/^50 errors[\s\S]*row 21:[\s\S]*\n {2}and 30 more$/),
    );
  });
});
