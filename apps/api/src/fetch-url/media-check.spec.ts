import { describe, expect, it } from '@jest/globals';
import { checkMedia, type WantedMedia } from './media-check.js';

const check = (wanted: WantedMedia, first: Uint8Array | string, contentType: string | null = null): void =>
  checkMedia(
    wanted,
    { url: 'https://example.com/x', contentType, bytes: null },
    typeof first === 'string' ? Buffer.from(first) : first,
  );
const wav = Buffer.concat([Buffer.from('RIFF\x24\x00\x00\x00WAVEfmt '), Buffer.alloc(40)]);
const mp4 = Buffer.concat([Buffer.from([0, 0, 0, 0x18]), Buffer.from('ftypisom'), Buffer.alloc(40)]);
const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]);

describe('checkMedia', () => {
  it.each([
    ['speech', wav, 'text/plain'],
    ['speech', mp4, null],
    ['speech', Buffer.from([0xff, 0xfb, 0x90, 0x00]), null],
    ['source-video', mp4, 'text/html'],
    ['source-video', Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 1]), null],
    ['background-media', png, 'image/png'],
    ['background-media', mp4, null],
    ['track', ' {"frames": []}', 'text/plain'],
    ['track', '[1, 2]', null],
  ] as [WantedMedia, Uint8Array | string, string | null][])(
    'accepts %s whatever its content type: %#',
    (wanted, first, contentType) => {
      expect(() => check(wanted, first, contentType)).not.toThrow();
    },
  );

  it.each([
    ['speech', '<!DOCTYPE html><html>', 'audio/wav', /web page \(HTML\), not with sound/],
    ['speech', '\n  <html lang="en">', null, /web page/],
    ['speech', '\ufeff<!doctype HTML>', 'text/html', /web page/],
    ['source-video', '<head><title>Sign in</title>', 'video/mp4', /web page.*not with a video/],
    ['speech', Buffer.from('\ufeff<html><body>', 'utf16le'), 'text/html', /text \(text\/html\)/],
    ['speech', '{"error":"expired"}', 'application/json', /JSON/],
    ['speech', 'Go away', null, /text \(no content type\)/],
    ['speech', '<?xml version="1.0"?><Error>', 'application/xml', /XML/],
    ['speech', '', 'audio/wav', /nothing/],
    ['speech', png, 'image/png', /PNG/],
    ['source-video', wav, 'audio/wav', /WAV file, not with a video/],
    ['background-media', wav, null, /not with a PNG, JPEG or WebP image or a video/],
    ['track', png, 'application/json', /PNG/],
    ['track', '<html>', null, /web page/],
    ['source-video', Buffer.from([0x50, 0x4b, 3, 4]), 'application/zip', /ZIP/],
    ['source-video', Buffer.from([0, 1, 2, 3, 4]), 'video/mp4', /an unknown file type \(it begins with 0001020304\)/],
  ] as [WantedMedia, Uint8Array | string, string | null, RegExp][])(
    'refuses wrong content for %s: %#',
    (wanted, first, contentType, message) => {
      expect(() => check(wanted, first, contentType)).toThrow(
        expect.objectContaining({
          code: 'INPUT_UNREADABLE',
          message: expect.stringMatching(message),
          hint: expect.any(String),
        }),
      );
    },
  );

  it('tolerates a character cut off at the end', () => {
    expect(() => check('speech', Buffer.from('<p>ü').subarray(0, 4))).toThrow(/text/);
  });
});
