import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { openMemoryStore, type ArtifactStore } from '@portrait/artifact-store';
import type { MediaFetcher } from '../tokens.js';
import { mediaFetcher } from './media-fetcher.js';

const wav = Buffer.concat([Buffer.from('RIFF\x24\x00\x00\x00WAVEfmt ', 'latin1'), Buffer.alloc(5000, 3)]);
let server: Server;
let base: string;
let store: ArtifactStore;
let fetcher: MediaFetcher;
const signal = new AbortController().signal;

beforeAll(async () => {
  server = createServer(
    (request, answer) => void answer.end(request.url === '/speech.wav' ? wav : '<html>Sign in</html>'),
  ).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  base = `http://127.0.0.1:${port}`;
  store = await openMemoryStore();
  fetcher = mediaFetcher(store, { allow: { networks: ['127.0.0.1'], ports: [port] } });
});
afterAll(() => void server.close());

describe('mediaFetcher', () => {
  it('stores the file at the address as an artifact of the person', async () => {
    const ref = await fetcher.fetch({
      url: `${base}/speech.wav`,
      person: 'p-1',
      kind: 'speech',
      name: 'source',
      maxBytes: 1e6,
      signal,
    });
    expect(ref).toMatchObject({ kind: 'speech', files: { source: { bytes: wav.length } } });
    expect((await readFile(await (await store.scope('p-1')).path(ref, 'source'))).equals(wav)).toBe(true);
  });

  it('stores nothing when the fetch is refused', async () => {
    await expect(
      fetcher.fetch({ url: `${base}/page`, person: 'p-2', kind: 'speech', name: 'source', maxBytes: 1e6, signal }),
    ).rejects.toMatchObject({ code: 'INPUT_UNREADABLE', message: expect.stringContaining('web page') });
    await expect(
      fetcher.fetch({
        url: `${base}/speech.wav`,
        person: 'p-2',
        kind: 'speech',
        name: 'source',
        maxBytes: 100,
        signal,
      }),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(
      fetcher.fetch({
        url: 'http://10.0.0.1/a.wav',
        person: 'p-2',
        kind: 'speech',
        name: 'source',
        maxBytes: 1e6,
        signal,
      }),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await store.people()).toEqual(['p-1']);
  });

  it('refuses artifact kinds that are not media', async () => {
    await expect(
      fetcher.fetch({
        url: `${base}/speech.wav`,
        person: 'p-1',
        kind: 'checkpoint',
        name: 'x',
        maxBytes: 1e6,
        signal,
      }),
    ).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});
