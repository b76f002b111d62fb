import { describe, expect, it } from '@jest/globals';
import { manifestSchema, type BatchView, type ManifestEntry } from '@portrait/contracts/api';
import { parse } from 'csv-parse/sync';
import { csvCell, manifestCsv, manifestJson } from './manifest.js';

const entry = (more: Partial<ManifestEntry>): ManifestEntry => ({
  id: 'a',
  personId: 'p_1',
  status: 'done',
  attempt: 1,
  url: 'https://store.example/v.mp4?sig=a,b',
  urlExpiresAt: '2025-05-06T12:00:00.000Z',
  name: 'video.mp4',
  bytes: 12345,
  sha256: 'f'.repeat(64),
  seconds: 12.48,
  coreSeconds: 300.5,
  errorCode: null,
  errorMessage: null,
  ...more,
});
const failed = entry({
  id: 'b',
  status: 'failed',
  attempt: 2,
  url: null,
  urlExpiresAt: null,
  name: null,
  bytes: null,
  sha256: null,
  seconds: null,
  coreSeconds: null,
  errorCode: 'INPUT_UNREADABLE',
  errorMessage: 'It said "no",\nand stopped.',
});
const batch: BatchView = {
  id: 'b_1',
  name: null,
  status: 'done',
  counts: { total: 2, waiting: 0, running: 0, done: 1, failed: 1, cancelled: 0 },
  progress: 1,
  window: null,
  pausedUntil: null,
  priority: 3,
  concurrency: 4,
  secondsPerItem: null,
  forecastAt: null,
  seconds: 12.48,
  coreSeconds: 300.5,
  metadata: {},
  createdAt: '2025-05-05T12:00:00.000Z',
  updatedAt: '2025-05-05T12:00:00.000Z',
  startedAt: null,
  finishedAt: null,
};
async function* several<T>(...values: T[]): AsyncGenerator<T> {
  yield* values;
}
async function text(parts: AsyncIterable<string>): Promise<string> {
  let all = '';
  for await (const part of parts) all += part;
  return all;
}

describe('manifestCsv', () => {
  it('writes a header and one line per item (RFC 4180)', async () => {
    expect(await text(manifestCsv(several(entry({}), failed)))).toBe(
      'id,person_id,status,attempt,url,url_expires_at,name,bytes,sha256,' +
        'seconds,core_seconds,error_code,error_message\r\n' +
        'a,p_1,done,1,"https://store.example/v.mp4?sig=a,b",2025-05-06T12:00:00.000Z,' +
        `video.mp4,12345,${'f'.repeat(64)},12.48,300.5,,\r\n` +
        'b,p_1,failed,2,,,,,,,,INPUT_UNREADABLE,"It said ""no"",\nand stopped."\r\n',
    );
  });

  it('can be read back by a CSV parser', async () => {
    const odd = ['plain', 'with,comma', 'with "quotes"', 'with\nline end', 'with\r\nboth', ' spaces ', 'Zoë 🎬', ''];
    const rows = parse(await text(manifestCsv(several(...odd.map((id) => entry({ id }))))), { columns: true }) as {
      id: string;
    }[];
    expect(rows.map(({ id }) => id)).toEqual(odd);
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+49 30', "'+49 30"],
    ['-2', "'-2"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
    ['a=1', 'a=1'],
    ["'=1", "'=1"],
  ])('escapes formulas: %j', (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });

  it('writes numbers unchanged', () => {
    expect([csvCell(-0.5), csvCell(0), csvCell(1e21)]).toEqual(['-0.5', '0', '1e+21']);
  });
});

describe('manifestJson', () => {
  it.each([[0], [1], [2]])('writes valid JSON with %d items', async (count) => {
    const items = [entry({}), failed].slice(0, count);
    expect(manifestSchema.parse(JSON.parse(await text(manifestJson(batch, several(...items)))))).toEqual({
      batch,
      items,
    });
  });
});
