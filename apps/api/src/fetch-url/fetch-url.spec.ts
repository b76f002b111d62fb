import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { temporaryDirectory, type TemporaryDirectory } from '@portrait/testing';
import { fetchToFile, fetchUrl, type FetchOptions, type Fetched } from './fetch-url.js';
import type { Resolve } from './guarded-request.js';
import { checkMedia } from './media-check.js';

const wav = Buffer.concat([Buffer.from('RIFF\xff\xff\xff\x00WAVEfmt ', 'latin1'), Buffer.alloc(200_000, 7)]);
let server: Server;
let port: number;
let base: string;
let asked: IncomingMessage[];
let folder: TemporaryDirectory;
let files = 0;
const closed: Promise<void>[] = [];

const to =
  (location: string): RequestListener =>
  (_, answer) =>
    void answer.writeHead(302, { location }).end('moved');
const routes: Record<string, RequestListener> = {
  '/speech.wav': (_, answer) =>
    void answer.writeHead(200, { 'content-type': 'audio/wav', 'content-length': wav.length }).end(wav),
  '/unannounced.wav': (_, answer) => void answer.writeHead(200, { 'content-type': 'Audio/WAV; a=b' }).end(wav),
  '/page': (_, answer) =>
    void answer.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Sign in</p>'),
  '/empty': (_, answer) => void answer.writeHead(200).end(),
  '/gzip': (_, answer) => void answer.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
  '/half': (_, answer) => {
    answer.writeHead(200, { 'content-length': wav.length });
    answer.write(wav.subarray(0, 100_000), () => answer.destroy());
  },
  '/silent': (request) => void closed.push(new Promise((resolve) => request.socket.once('close', () => resolve()))),
  '/stalls': (request, answer) => {
    closed.push(new Promise((resolve) => request.socket.once('close', () => resolve())));
    answer.writeHead(200).write(wav.subarray(0, 1000));
  },
  '/drips': (request, answer) => {
    answer.writeHead(200);
    const timer = setInterval(() => answer.write('RIFF'), 5);
    request.socket.once('close', () => clearInterval(timer));
  },
  '/endless': (request, answer) => {
    answer.writeHead(200);
    const more = (): void => void (answer.destroyed || answer.write(wav, more));
    more();
  },
};

const answerTo: RequestListener = (request, answer) => {
  asked.push(request);
  const { pathname, searchParams } = new URL(request.url!, base);
  if (pathname === '/status') return void answer.writeHead(Number(searchParams.get('code'))).end('no');
  if (pathname === '/to') return to(searchParams.get('place')!)(request, answer);
  if (pathname === '/chain')
    return to(
      Number(searchParams.get('left')) === 0 ? '/speech.wav' : `/chain?left=${Number(searchParams.get('left')) - 1}`,
    )(request, answer);
  routes[pathname]!(request, answer);
};

beforeAll(async () => {
  folder = await temporaryDirectory();
  server = createServer(answerTo).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  port = (server.address() as AddressInfo).port;
  base = `http://127.0.0.1:${port}`;
});
beforeEach(() => void (asked = []));
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await folder[Symbol.asyncDispose]();
});

const options = (more: Partial<FetchOptions> = {}): FetchOptions => ({
  maxBytes: 1e6,
  allow: { networks: ['127.0.0.1'], ports: [port] },
  ...more,
});
async function fetched(address: string, more: Partial<FetchOptions> = {}): Promise<Fetched & { kept: Buffer }> {
  const path = join(folder.path, `file-${files++}`);
  try {
    const result = await fetchToFile(address, path, options(more));
    return { ...result, kept: await readFile(path) };
  } catch (error) {
    expect(existsSync(path)).toBe(false);
    throw error;
  }
}
const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('a download', () => {
  it.each(['/speech.wav', '/unannounced.wav'])('stores %s with size and hash', async (path) => {
    const { kept, ...facts } = await fetched(base + path, {
      check: (head, first) => checkMedia('speech', head, first),
    });
    expect(kept.equals(wav)).toBe(true);
    expect(facts).toEqual({
      bytes: wav.length,
      sha256: createHash('sha256').update(wav).digest('hex'),
      contentType: 'audio/wav',
      url: base + path,
    });
  });

  it('follows up to three redirects, including relative ones', async () => {
    expect(await fetched(`${base}/chain?left=2`)).toMatchObject({ bytes: wav.length, url: `${base}/speech.wav` });
    await expect(fetched(`${base}/chain?left=3`)).rejects.toEqual(refusal('INVALID_ARGUMENT', /more than 3 times/));
  });

  it('sends no credentials or cookies and requests no compression', async () => {
    await fetched(`${base}/speech.wav`);
    expect(Object.keys(asked[0]!.headers).sort()).toEqual(['accept-encoding', 'connection', 'host', 'user-agent']);
    expect(asked[0]!.headers).toMatchObject({
      'accept-encoding': 'identity',
      connection: 'close',
      host: `127.0.0.1:${port}`,
    });
  });

  it('connects to the checked address with the original host name', async () => {
    const resolve: Resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    expect((await fetched(`http://media.example:${port}/speech.wav`, { resolve })).bytes).toBe(wav.length);
    expect(asked[0]!.headers.host).toBe(`media.example:${port}`);
  });
});

describe('content that is not media', () => {
  const check: FetchOptions['check'] = (head, first) => checkMedia('speech', head, first);
  it('is refused with a clear message for a web page', async () => {
    await expect(fetched(`${base}/page`, { check })).rejects.toEqual(
      expect.objectContaining({
        code: 'INPUT_UNREADABLE',
        message: expect.stringContaining('web page (HTML), not with sound'),
        hint: expect.stringContaining('address of the file itself'),
      }),
    );
  });
  it('is refused when it is empty', async () => {
    await expect(fetched(`${base}/empty`, { check })).rejects.toEqual(refusal('INPUT_UNREADABLE', /nothing/));
  });
  it('is never stored', async () => {
    const keep = jest.fn<(chunk: Buffer) => void>();
    await expect(fetchUrl(`${base}/page`, keep, options({ check }))).rejects.toThrow();
    expect(keep).not.toHaveBeenCalled();
  });
});

describe('a download ends', () => {
  it.each([
    ['/speech.wav', 'the announced size'],
    ['/unannounced.wav', 'what comes'],
    ['/endless', 'what never ends'],
  ])('when it is too large: %s (%s)', async (path) => {
    await expect(fetched(base + path, { maxBytes: 50_000 })).rejects.toEqual(
      refusal('INVALID_ARGUMENT', /larger than the limit of 50000 bytes/),
    );
  });
  it('when the response breaks off', async () => {
    await expect(fetched(`${base}/half`)).rejects.toEqual(
      refusal('SERVER_UNREACHABLE', /closed the connection after \d+ of 200016 bytes/),
    );
  });
  it.each(['/silent', '/stalls'])('when the connection is silent too long: %s', async (path) => {
    await expect(fetched(base + path, { idleMs: 100 })).rejects.toEqual(
      refusal('SERVER_UNREACHABLE', /no data arrived for 0.1 s/),
    );
    await Promise.all(closed);
  });
  it('when it exceeds the total time, even with steady data', async () => {
    await expect(fetched(`${base}/drips`, { totalMs: 200 })).rejects.toEqual(
      refusal('SERVER_UNREACHABLE', /longer than 0.2 s/),
    );
  });
  it('when the name is not resolved in time', async () => {
    await expect(
      fetched('http://slow.example/', { idleMs: 50, resolve: () => new Promise(() => undefined) }),
    ).rejects.toEqual(refusal('SERVER_UNREACHABLE', /name was not resolved within/));
  });
  it.each(['/silent', '/stalls', '/drips'])('when the caller aborts it: %s', async (path) => {
    const stop = new AbortController();
    const result = fetched(base + path, { signal: stop.signal });
    while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    await expect(result).rejects.toEqual(refusal('CANCELLED', /was cancelled/));
    await Promise.all(closed);
  });
  it('before it starts when already aborted', async () => {
    await expect(fetched(`${base}/speech.wav`, { signal: AbortSignal.abort() })).rejects.toEqual(
      refusal('CANCELLED', /was cancelled/),
    );
    expect(asked).toHaveLength(0);
  });
  it('when the response has an unrequested encoding', async () => {
    await expect(fetched(`${base}/gzip`)).rejects.toEqual(refusal('INPUT_UNREADABLE', /encoding gzip/));
  });
  it.each([
    [404, 'NOT_FOUND'],
    [410, 'NOT_FOUND'],
    [401, 'INPUT_UNREADABLE'],
    [403, 'INPUT_UNREADABLE'],
    [206, 'INPUT_UNREADABLE'],
    [304, 'INPUT_UNREADABLE'],
    [429, 'SERVER_UNREACHABLE'],
    [500, 'SERVER_UNREACHABLE'],
    [503, 'SERVER_UNREACHABLE'],
  ])('when the status is %d: %s', async (status, code) => {
    await expect(fetched(`${base}/status?code=${status}`)).rejects.toEqual(
      refusal(code, new RegExp(`answered ${status}`)),
    );
  });
  it('when the connection is refused', async () => {
    await expect(fetched('http://127.0.0.1:1/', { allow: { networks: ['127.0.0.1'], ports: [1] } })).rejects.toEqual(
      refusal('SERVER_UNREACHABLE', /connection is refused/),
    );
  });
  it('when the name does not resolve', async () => {
    await expect(fetched('http://gone.example/', { resolve: async () => [] })).rejects.toEqual(
      refusal('SERVER_UNREACHABLE', /name has no address/),
    );
    await expect(
      fetched('http://gone.example/', {
        resolve: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })),
      }),
    ).rejects.toEqual(refusal('SERVER_UNREACHABLE', /host does not exist/));
  });
});

describe('a private address', () => {
  it.each([
    'http://127.0.0.1/',
    'http://localhost/',
    'http://[::1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://10.0.0.1/',
    'http://[fe80::1]/',
    'http://[fd00::1]/',
    'http://0.0.0.0/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://0x7f000001/',
    'http://2130706433/',
    'http://0177.0.0.1/',
  ])('is refused: %s', async (address) => {
    await expect(fetched(address, { allow: {} })).rejects.toEqual(refusal('INVALID_ARGUMENT', /is refused/));
  });

  it('is refused on a port that is not allowed', async () => {
    await expect(fetched(`${base}/speech.wav`, { allow: { networks: ['127.0.0.1'] } })).rejects.toEqual(
      refusal('INVALID_ARGUMENT', /port \d+/),
    );
  });

  it.each(['127.0.0.2', '10.1.2.3', '169.254.169.254', 'fd00::1', '::ffff:10.0.0.1'])(
    'is refused when a name leads to %s',
    async (address) => {
      await expect(
        fetched('http://harmless.example/', {
          resolve: async () => [{ address, family: address.includes(':') ? 6 : 4 }],
        }),
      ).rejects.toEqual(refusal('INVALID_ARGUMENT', /is refused/));
    },
  );

  it('is refused when one of several resolved addresses is private', async () => {
    const resolve: Resolve = async () => [
      { address: '127.0.0.1', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ];
    await expect(fetched(`http://mixed.example:${port}/speech.wav`, { resolve })).rejects.toEqual(
      refusal('INVALID_ARGUMENT', /private network/),
    );
    expect(asked).toHaveLength(0);
  });

  it.each([
    'http://127.0.0.2/',
    'http://10.0.0.1/',
    'http://169.254.169.254/latest/',
    '//192.168.0.1/',
    'http://[::1]/',
    'http://0x7f000001/',
    'http://anna:secret@example.com/',
    'file:///etc/passwd',
    'ftp://example.com/',
    'http://example.com:22/',
  ])('is refused as redirect target: %s', async (place) => {
    await expect(fetched(`${base}/to?place=${encodeURIComponent(place)}`)).rejects.toEqual(
      refusal('INVALID_ARGUMENT', /is refused/),
    );
    expect(asked).toHaveLength(1);
  });
});

describe('DNS rebinding', () => {
  /** Resolves to the allowed address first, then to a private one. */
  const rebinding = () => {
    let count = 0;
    return jest.fn<Resolve>(async () => [{ address: count++ === 0 ? '127.0.0.1' : '10.0.0.1', family: 4 }]);
  };

  it('has no effect: the name is resolved once and the checked address is used', async () => {
    const resolve = rebinding();
    expect((await fetched(`http://rebinding.example:${port}/speech.wav`, { resolve })).bytes).toBe(wav.length);
    expect(resolve).toHaveBeenCalledTimes(1);
  });

  it('is caught when a redirect resolves the name again', async () => {
    const resolve = rebinding();
    await expect(fetched(`http://rebinding.example:${port}/to?place=/speech.wav`, { resolve })).rejects.toEqual(
      refusal('INVALID_ARGUMENT', /private network/),
    );
    expect(resolve).toHaveBeenCalledTimes(2);
    expect(asked).toHaveLength(1);
  });
});
