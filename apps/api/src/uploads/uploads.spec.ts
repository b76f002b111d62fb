import { beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import type { UploadKind, UploadView } from '@portrait/contracts/api';
import { uploads } from '../database/schema.js';
import { WorkflowStarter } from '../intake/workflow-starter.js';
import { PART_BYTES } from '../testing/memory-remote-store.js';
import { useTestApi, createConsent, MP4, createPerson, createUpload, WAV, type Caller } from '../testing/test-api.js';
import { requireKind } from './upload-kinds.js';
import { sniff } from './sniff.js';

const api = useTestApi();
let caller: Caller;
let person: string;
beforeAll(async () => {
  caller = api.as(await api.key());
  person = await createPerson(api, caller);
});

const open = async (bytes: Buffer, more: object = { kind: 'video', contentType: 'video/mp4' }): Promise<UploadView> =>
  (await caller.post('/v1/uploads', { bytes: bytes.length, ...more }).expect(201)).body as UploadView;
const see = async (id: string): Promise<UploadView> =>
  (await caller.get(`/v1/uploads/${id}`).expect(200)).body as UploadView;
const send = (view: UploadView, bytes: Buffer, numbers = view.parts.map(({ number }) => number)): void => {
  for (const { number, url } of view.parts)
    if (numbers.includes(number))
      api.store.putPart(url!, bytes.subarray((number - 1) * PART_BYTES, number * PART_BYTES));
};
const refusal = (answer: { body: unknown }): { code: string; message: string; hint: string } =>
  (answer.body as { error: never }).error;

describe('uploads', () => {
  it('issue a link per part and resume with the missing parts', async () => {
    const view = await open(MP4);
    expect(view).toMatchObject({ status: 'open', partBytes: PART_BYTES, personId: null });
    expect(view.parts.map(({ bytes }) => bytes).reduce((a, b) => a + b)).toBe(MP4.length);
    send(view, MP4, [1]);
    const half = await see(view.id);
    expect(half.parts.map(({ done }) => done)).toEqual([true, false, false]);
    const early = await caller.post(`/v1/uploads/${view.id}:complete`).expect(400);
    expect(refusal(early)).toMatchObject({
      message: expect.stringMatching(
        new RegExp(
          `^The upload ${view.id} is not complete\\. ` +
            `Of the ${MP4.length} bytes announced, ${PART_BYTES} have arrived\\.$`,
        ),
      ),
      hint:
        `Send the missing parts (GET /v1/uploads/${view.id} lists them), ` +
        `then call POST /v1/uploads/${view.id}:complete.`,
    });
    send(half, MP4, [2, 3]);
    await caller.post(`/v1/uploads/${view.id}:complete`).expect(200);
    const done = await see(view.id);
    expect(done).toMatchObject({
      status: 'complete',
      parts: [],
      sha256: createHash('sha256').update(MP4).digest('hex'),
    });
    expect((await caller.post(`/v1/uploads/${view.id}:complete`).expect(200)).body).toMatchObject({
      status: 'complete',
    });
  });

  it('are adopted once when completed concurrently', async () => {
    const view = await open(MP4);
    send(view, MP4);
    const answers = await Promise.all(Array.from({ length: 5 }, () => caller.post(`/v1/uploads/${view.id}:complete`)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });

  it('are aborted when the sha256 differs from the announced one', async () => {
    const view = await open(MP4, { kind: 'video', contentType: 'video/mp4', sha256: 'a'.repeat(64) });
    send(view, MP4);
    expect(refusal(await caller.post(`/v1/uploads/${view.id}:complete`).expect(400)).message).toMatch(/sha256/);
    expect(refusal(await caller.post(`/v1/uploads/${view.id}:complete`).expect(409)).message).toMatch(/was aborted/);
  });

  it.each<[string, object, RegExp]>([
    [
      'too large',
      { kind: 'image', personId: 'p', bytes: 200 * 2 ** 20, contentType: 'image/png' },
      /bytes: must be at most 104857600 for kind image/,
    ],
    [
      'the content type does not fit',
      { kind: 'video', bytes: 5, contentType: 'application/pdf' },
      /contentType: application\/pdf is not the type of a video/,
    ],
    ['empty', { kind: 'video', bytes: 0, contentType: 'video/mp4' }, /bytes: must be at least 1/],
    [
      'the person is missing',
      { kind: 'audio', bytes: 5, contentType: 'audio/wav' },
      /personId: is required for an audio/,
    ],
    [
      'the kind is unknown',
      { kind: 'poem', bytes: 5, contentType: 'text/plain' },
      /kind: must be one of video, audio, image, track/,
    ],
    ['the size is not a number', { kind: 'video', bytes: 'many', contentType: 'video/mp4' }, /bytes: must be a number/],
    [
      'the hash is malformed',
      { kind: 'video', bytes: 5, contentType: 'video/mp4', sha256: 'X' },
      /sha256: must be a sha256/,
    ],
  ])('are refused before sending when %s', async (_, request, message) => {
    expect(refusal(await caller.post('/v1/uploads', request).expect(400)).message).toMatch(message);
  });

  it('are refused for an unknown person', async () => {
    expect(
      refusal(
        await caller
          .post('/v1/uploads', { kind: 'audio', personId: 'p_nobody', bytes: 5, contentType: 'audio/wav' })
          .expect(404),
      ).message,
    ).toBe('personId: There is no person p_nobody.');
  });

  it('are refused and deleted when the content is not what was announced', async () => {
    const page = Buffer.from('<!DOCTYPE html><html><body>Not found</body></html>');
    const view = await open(page);
    send(view, page);
    const answer = await caller.post(`/v1/uploads/${view.id}:complete`).expect(422);
    expect(refusal(answer)).toMatchObject({
      code: 'INPUT_UNREADABLE',
      message: `The upload ${view.id} is a web page, not a video.`,
    });
    expect((await see(view.id)).status).toBe('aborted');
    const [row] = await api.database.db.select().from(uploads).where(eq(uploads.id, view.id));
    expect(await api.store.people()).not.toContain(row!.scope);
  });

  it('can be aborted, and are unusable then', async () => {
    const view = await open(MP4);
    await caller.delete(`/v1/uploads/${view.id}`).expect(204);
    await caller.delete(`/v1/uploads/${view.id}`).expect(204);
    expect((await see(view.id)).status).toBe('aborted');
    const made = await caller
      .post('/v1/people', { consentId: await createConsent(caller), video: { uploadId: view.id } })
      .expect(409);
    expect(refusal(made).message).toMatch(/video.uploadId: .* was aborted/);
  });

  it('of a person cannot be deleted on their own', async () => {
    const id = await createUpload(api, caller, WAV, { kind: 'audio', personId: person, contentType: 'audio/wav' });
    expect(await see(id)).toMatchObject({ personId: person, status: 'complete' });
    expect(refusal(await caller.delete(`/v1/uploads/${id}`).expect(409)).hint).toMatch(/Erase the person/);
  });

  it('missing from the store are reported as such', async () => {
    const view = await open(MP4);
    const [row] = await api.database.db.select().from(uploads).where(eq(uploads.id, view.id));
    await api.store.abortUpload({ key: row!.storeKey, uploadId: row!.storeUpload });
    expect((await see(view.id)).status).toBe('aborted');
  });

  it('that expire unused are deleted with their data', async () => {
    const [unfinished, unused] = [await open(MP4), await open(MP4)];
    send(unused, MP4);
    await caller.post(`/v1/uploads/${unused.id}:complete`).expect(200);
    const kept = await createUpload(api, caller, WAV, { kind: 'audio', personId: person, contentType: 'audio/wav' });
    const [row] = await api.database.db.select().from(uploads).where(eq(uploads.id, unused.id));
    expect(await api.store.people()).toContain(row!.scope);
    await api.database.db.update(uploads).set({ expiresAt: sql`now() - interval '1 second'` as never });
    await api.app.get(WorkflowStarter).sweepUploads();
    expect([(await see(unfinished.id)).status, (await see(unused.id)).status, (await see(kept)).status]).toEqual([
      'aborted',
      'aborted',
      'complete',
    ]);
    expect(await api.store.people()).not.toContain(row!.scope);
    for (const refused of [
      await caller.post(`/v1/uploads/${unfinished.id}:complete`).expect(409),
      await caller
        .post('/v1/people', { consentId: await createConsent(caller), video: { uploadId: unused.id } })
        .expect(409),
    ]) {
      expect(refusal(refused)).toMatchObject({
        code: 'CONFLICT',
        message: expect.stringMatching(/upload u_\w+ expired at \d{4}-.*Z\.$/),
        hint: 'Open a new upload and send the file again.',
      });
    }
  });
});

describe('lists of uploads', () => {
  it('are paged, newest first, without repeats', async () => {
    const own = api.as(await api.key('lists'));
    const made: string[] = [];
    for (let i = 0; i < 5; i++)
      made.push(
        (
          (await own.post('/v1/uploads', { kind: 'video', bytes: 5, contentType: 'video/mp4' }).expect(201))
            .body as UploadView
        ).id,
      );
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = (await own
        .get(`/v1/uploads?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
        .expect(200)) as { body: { data: { id: string }[]; nextCursor: string | null } };
      seen.push(...body.data.map(({ id }) => id));
      cursor = body.nextCursor;
    }
    expect([...seen].sort()).toEqual([...made].sort());
    const times = await api.database.db.select({ id: uploads.id, at: uploads.createdAt }).from(uploads);
    const at = new Map(times.map((row) => [row.id, row.at.getTime()]));
    expect(seen.map((id) => at.get(id)!)).toEqual([...seen].map((id) => at.get(id)!).sort((a, b) => b - a));
  });
});

describe('sniff', () => {
  const text = (s: string): Buffer => Buffer.from(s, 'latin1');
  it.each<[string, Buffer, UploadKind[]]>([
    ['MP4', MP4, ['video', 'audio']],
    [
      'QuickTime of an old camera',
      Buffer.concat([Buffer.from([0, 0, 0, 8]), text('wide'), Buffer.alloc(8)]),
      ['video', 'audio'],
    ],
    ['Matroska', Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 1, 2, 3, 4]), ['video', 'audio']],
    ['WAV', WAV, ['audio']],
    ['AVI', text('RIFF\0\0\0\0AVI LIST'), ['video', 'audio']],
    ['WebP', text('RIFF\0\0\0\0WEBPVP8 '), ['image']],
    ['MP3 with tags', text('ID3\x04\0\0\0\0\0\0'), ['audio']],
    ['MP3 without', Buffer.from([0xff, 0xfb, 0x90, 0x44, 0, 0]), ['audio']],
    ['AAC', Buffer.from([0xff, 0xf1, 0x50, 0x80, 0, 0]), ['audio']],
    ['FLAC', text('fLaC\0\0\0\x22'), ['audio']],
    ['Ogg', text('OggS\0\x02'), ['video', 'audio']],
    [
      'transport stream',
      Buffer.from(Array.from({ length: 600 }, (_, i) => (i % 188 === 0 ? 0x47 : i % 7))),
      ['video', 'audio'],
    ],
    ['PNG', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ['image']],
    ['JPEG', Buffer.from([0xff, 0xd8, 0xff, 0xe0]), ['image']],
    ['track', text('  {"frames": []}'), ['track']],
    ['web page', text('\n<html><head>'), []],
    ['web page with a mark', Buffer.from('\uFEFF<!doctype HTML>'), []],
    ['PDF', text('%PDF-1.7'), []],
    ['ZIP', text('PK\x03\x04'), []],
    ['GIF', text('GIF89a'), []],
    ['XML', text('<?xml version="1.0"?>'), []],
    ['text', text('hello there, general'), []],
    ['nothing', Buffer.alloc(0), []],
    ['zeros', Buffer.alloc(64), []],
  ])('detects %s', (_, bytes, kinds) => {
    const fits = (['video', 'audio', 'image', 'track'] as const).filter((kind) => {
      try {
        requireKind('It', kind, bytes);
        return true;
      } catch {
        return false;
      }
    });
    expect(fits).toEqual(kinds);
  });

  it('names the types it refuses', () => {
    expect(sniff(text('%PDF'))!.name).toBe('a PDF');
    expect(() => requireKind('It', 'image', text('hello'))).toThrow(
      'It has an unknown file type (it begins with 68656c6c6f), not a PNG, JPEG or WebP image.',
    );
  });
});
