import { describe, expect, it } from '@jest/globals';
import type { UploadKind } from '@portrait/contracts/api';
import { checkMedia } from './media-check.js';

const check = (kinds: UploadKind[], first: Uint8Array | string, contentType: string | null = null): void => checkMedia(kinds, { url: 'https://example.com/x', contentType, bytes: null }, typeof first === 'string' ? Buffer.from(first) : first);
const wav = Buffer.concat([Buffer.from('RIFF\x24\x00\x00\x00WAVEfmt '), Buffer.alloc(40)]);
const mp4 = Buffer.concat([Buffer.from([0, 0, 0, 0x18]), Buffer.from('ftypisom'), Buffer.alloc(40)]);
const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]);
const transportStream = Buffer.alloc(400, 1).fill(0x47, 0, 1).fill(0x47, 188, 189);

describe('media', () => {
  it.each([
    ['audio', wav, 'text/plain'], ['audio', mp4, null], ['audio', Buffer.from('ID3\x04\x00\x00'), 'audio/mpeg'], ['audio', Buffer.from([0xff, 0xfb, 0x90, 0x00]), null], ['audio', Buffer.from('fLaC\x00'), 'application/octet-stream'], ['audio', Buffer.from('OggS\x00'), null],
    ['video', mp4, 'text/html'], ['video', Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 1]), null], ['video', transportStream, null], ['video', Buffer.from([0, 1, 2, 3, 4]), 'video/x-rare'],
    ['image', png, 'image/png'], ['image', Buffer.from('RIFF\x24\x00\x00\x00WEBPVP8 '), null], ['track', ' {"frames": []}', 'text/plain'], ['track', '[1, 2]', null],
  ] as [UploadKind, Uint8Array | string, string | null][])('%s is taken: %#', (kind, first, contentType) => {
    expect(() => check([kind], first, contentType)).not.toThrow();
  });

  it('may be of several kinds', () => {
    for (const first of [png, mp4]) expect(() => check(['image', 'video'], first)).not.toThrow();
    expect(() => check(['image', 'video'], wav, 'text/plain')).toThrow(/not with a PNG, JPEG or WebP image or a video/);
  });

  it.each([
    ['audio', '<!DOCTYPE html><html>', 'audio/wav', /web page \(HTML\), not with sound/], ['audio', '\n  <html lang="en">', null, /web page/], ['audio', '\ufeff<!doctype HTML>', 'text/html', /web page/], ['video', '<head><title>Sign in</title>', 'video/mp4', /web page.*not with a video/],
    ['audio', Buffer.from('\ufeff<html><body>', 'utf16le'), null, /web page/],
    ['audio', '{"error":"expired"}', 'application/json', /text \(application\/json\)/], ['audio', 'Go away', null, /text \(no content type\)/], ['audio', '<?xml version="1.0"?><Error>', 'application/xml', /text/],
    ['audio', '', 'audio/wav', /nothing/], ['audio', png, 'image/png', /image\/png/], ['image', mp4, 'image/png', /something else/], ['track', png, 'application/json', /something else/], ['track', '<html>', null, /web page/], ['video', Buffer.from([0x50, 0x4b, 3, 4]), 'application/zip', /application\/zip/],
  ] as [UploadKind, Uint8Array | string, string | null, RegExp][])('%s is refused: %#', (kind, first, contentType, message) => {
    expect(() => check([kind], first, contentType)).toThrow(expect.objectContaining({ code: 'INPUT_UNREADABLE', message: expect.stringMatching(message), hint: expect.any(String) }));
  });

  it('does not choke on a character cut in two', () => {
    expect(() => check(['audio'], Buffer.from('<p>ü').subarray(0, 4))).toThrow(/text/);
  });
});
