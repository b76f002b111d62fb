import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { replayGuardInMemory, signWebhook, verifyWebhook, type VerifyOptions } from './webhooks.js';

const secret = 'whsec_of-a-spec';
const another = 'whsec_of-another';
const at = Date.parse('2025-05-05T12:00:00.400Z');
const body = '{"id":"e","type":"video.ready","name":"Zoë"}';
const message = (more: Partial<VerifyOptions> = {}): VerifyOptions => ({
  body,
  header: signWebhook(body, secret, at),
  secret,
  now: at,
  ...more,
});
const refused = (why: RegExp) =>
  expect.objectContaining({ code: 'UNAUTHENTICATED', message: expect.stringMatching(why), hint: expect.any(String) });

describe('signWebhook', () => {
  it('writes the time and the HMAC of time and body, as documented', () => {
    const seconds = Math.floor(at / 1000);
    expect(signWebhook(body, secret, at)).toBe(
      `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`, 'utf8').digest('hex')}`,
    );
  });
});

describe('verifyWebhook accepts', () => {
  it('a genuine message, as text or as bytes', async () => {
    await verifyWebhook(message());
    await verifyWebhook(message({ body: Buffer.from(body) }));
  });
  it('a message up to five minutes old or early', async () => {
    const [first, last] = [(Math.floor(at / 1000) - 300) * 1000, (Math.floor(at / 1000) + 300) * 1000];
    for (const now of [first, last]) await verifyWebhook(message({ now }));
    await expect(verifyWebhook(message({ now: last + 1 }))).rejects.toEqual(refused(/signed 300 s ago/));
    await expect(verifyWebhook(message({ now: first - 1 }))).rejects.toEqual(refused(/signed -300 s ago/));
  });
  it('either secret around a rotation, and any of several signatures', async () => {
    await verifyWebhook(message({ secret: [another, secret] }));
    const other = signWebhook(body, another, at).split(',')[1]!;
    await verifyWebhook(message({ header: `${signWebhook(body, secret, at)},${other}` }));
    await verifyWebhook(
      message({ header: `v2=future, ${other}, ${signWebhook(body, secret, at).replace(',', ', ')}` }),
    );
  });
});

describe('verifyWebhook refuses', () => {
  it.each([
    ['no header', { header: undefined }, /no header portrait-signature/],
    ['an empty header', { header: '' }, /malformed/],
    ['no time', { header: signWebhook(body, secret, at).split(',')[1]! }, /malformed/],
    ['no signature', { header: 't=1746446400' }, /malformed/],
    ['half a signature', { header: signWebhook(body, secret, at).slice(0, -2) }, /malformed/],
    ['a time that is none', { header: signWebhook(body, secret, at).replace(/t=\d+/, 't=1e9') }, /malformed/],
    ['another body', { body: `${body} ` }, /does not match secret and body/],
    ['another secret', { secret: another }, /does not match secret and body/],
    ['no secret', { secret: [] }, /does not match secret/],
    [
      'a time made fresh',
      { header: signWebhook(body, secret, at - 3_600_000).replace(/t=\d+/, `t=${Math.floor(at / 1000)}`) },
      /does not match secret and body/,
    ],
    ['a message of an hour ago', { header: signWebhook(body, secret, at - 3_600_000) }, /signed 3600 s ago/],
  ] as [string, Partial<VerifyOptions>, RegExp][])('%s', async (_, more, why) => {
    await expect(verifyWebhook(message(more))).rejects.toEqual(refused(why));
  });

  it('a repeated message within the tolerance', async () => {
    let now = at;
    const replays = replayGuardInMemory(() => now);
    await verifyWebhook(message({ replays }));
    await expect(verifyWebhook(message({ replays }))).rejects.toEqual(refused(/accepted before/));
    const retry = signWebhook(body, secret, at + 60_000);
    await verifyWebhook(message({ header: retry, replays, now: at + 60_000 }));
    now = at + 301_000;
    await expect(verifyWebhook(message({ replays, now }))).rejects.toEqual(refused(/signed 301 s ago/));
    expect(replays.first('x', now)).toBe(true);
    expect(replays.first(signWebhook(body, secret, at).split('v1=')[1]!, now)).toBe(true);
  });
});
