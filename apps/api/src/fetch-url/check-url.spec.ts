import { describe, expect, it } from '@jest/globals';
import { checkUrl } from './check-url.js';

describe('checkUrl', () => {
  it.each([
    'http://example.com/a.wav',
    'https://example.com:443/a?b=c#d',
    'https://example.com:80/',
    'HTTPS://EXAMPLE.com/x',
    'http://8.8.8.8/a',
    'http://[2606:4700::1111]/a',
    'https://bücher.example/a',
    'http://example.com./a',
    'http://1.example/a',
  ])('accepts %s', (address) => {
    expect(checkUrl(address).href).toBe(new URL(address).href);
  });

  it.each([
    ['ftp://example.com/a', /neither http nor https/],
    ['file:///etc/passwd', /neither http nor https/],
    ['data:text/plain,a', /neither http nor https/],
    ['javascript:1', /neither http nor https/],
    ['gopher://example.com/', /neither http nor https/],
    ['example.com/a.wav', /not a valid URL/],
    ['', /not a valid URL/],
    ['http://', /not a valid URL/],
    ['http://[::1', /not a valid URL/],
    ['http://exa mple.com/', /not a valid URL/],
    [`http://example.com/${'a'.repeat(2000)}`, /longer than/],
    ['http://anna@example.com/a', /user name or password/],
    ['http://anna:secret@example.com/a', /^(?!.*secret).*user name or password/],
    ['http://:secret@example.com/', /user name or password/],
    ['http://example.com:8080/', /port 8080/],
    ['http://example.com:22/', /port 22/],
    ['https://example.com:6443/', /port 6443/],
    ['http://2130706433/', /unusual spelling/],
    ['http://0x7f000001/', /unusual spelling/],
    ['http://0x7f.1/', /unusual spelling/],
    ['http://0177.0.0.1/', /unusual spelling/],
    ['http://127.1/', /unusual spelling/],
    ['http://134744072/', /unusual spelling/],
    ['http://８.8.8.8/', /unusual spelling/],
    ['http://8。8。8。8/', /unusual spelling/],
    ['http://8.8.8.8./', /unusual spelling/],
    ['http://%38.8.8.8/', /unusual spelling/],
    ['http:\\\\0x08080808\\', /unusual spelling/],
    ['http:0x08080808', /unusual spelling/],
    ['http://8.8.\t8.8/', /unusual spelling/],
    ['http://08.8.8.8/', /not a valid URL|unusual spelling/],
  ])('refuses %s', (address, message) => {
    expect(() => checkUrl(address)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(message),
        hint: expect.any(String),
      }),
    );
  });

  it.each([
    'http://127.0.0.1/',
    'http://10.0.0.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://169.254.169.254/',
  ])('refuses the private address %s without a request', (address) => {
    expect(() => checkUrl(address)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('its host is') }),
    );
    expect(
      checkUrl(address, { networks: ['127.0.0.0/8', '10.0.0.0/8', '::1', '::ffff:127.0.0.1', '169.254.169.254'] }).href,
    ).toBe(address === 'http://[::ffff:127.0.0.1]/' ? 'http://[::ffff:7f00:1]/' : address);
  });

  it('accepts ports the operator allows', () => {
    expect(checkUrl('http://example.com:8080/', { ports: [8080] }).port).toBe('8080');
    expect(() => checkUrl('http://example.com:8081/', { ports: [8080] })).toThrow(/port 8081/);
  });
});
