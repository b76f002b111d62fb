import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '@portrait/testing';
import { billOfMaterials, MODELS, modelPath, resolveFile, SAMPLES, samplePaths } from './index.js';
import type { ListedFile } from './manifest.js';

const bytes = Buffer.from('a very small model');
const entry: ListedFile = {
  file: 'small.bin',
  sha256: createHash('sha256').update(bytes).digest('hex'),
  bytes: bytes.length,
  sources: [
    { kind: 'folder', env: 'PORTRAIT_MODELS', path: 'small.bin' },
    { kind: 'npm', package: '@portrait/does-not-exist', version: '1.0.0', path: 'small.bin' },
    // Port 9 (discard) is normally closed and refuses connections at once.
    { kind: 'url', url: 'http://127.0.0.1:9/small.bin' },
  ],
};

describe('resolveFile', () => {
  it('uses a file with the expected hash in place', async () => {
    await using folder = await temporaryDirectory();
    await writeFile(join(folder.path, 'small.bin'), bytes);
    const env = { PORTRAIT_MODELS: folder.path, PORTRAIT_CACHE: join(folder.path, 'cache') };
    await expect(resolveFile(entry, { env })).resolves.toEqual({
      path: join(folder.path, 'small.bin'),
      source: '$PORTRAIT_MODELS/small.bin',
    });
  });

  it('refuses another hash and reports every source with its reason', async () => {
    await using folder = await temporaryDirectory();
    await writeFile(join(folder.path, 'small.bin'), 'tampered with');
    const env = { PORTRAIT_MODELS: folder.path, PORTRAIT_CACHE: join(folder.path, 'cache') };
    const error = await resolveFile(entry, { env }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'MODEL_UNAVAILABLE', hint: expect.stringContaining('PORTRAIT_MODELS') });
    const { message } = error as Error;
    expect(message).toMatch(/\$PORTRAIT_MODELS\/small\.bin: sha256 is [0-9a-f]{64}, expected/);
    expect(message).toMatch(/npm @portrait\/does-not-exist@1\.0\.0: the package is not installed/);
    expect(message).toMatch(/127\.0\.0\.1:9\/small\.bin: not reachable/);
  });

  it('fetches once into the cache and leaves no partial file', async () => {
    await using folder = await temporaryDirectory();
    const { createServer } = await import('node:http');
    let requests = 0;
    const server = createServer((_, response) => {
      requests++;
      response.end(bytes);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as { port: number };
    const served = { ...entry, sources: [{ kind: 'url' as const, url: `http://127.0.0.1:${port}/small.bin` }] };
    const env = { PORTRAIT_CACHE: join(folder.path, 'cache') };
    try {
      const first = await resolveFile(served, { env });
      const second = await resolveFile(served, { env });
      expect(second).toEqual({ path: first.path, source: 'cache' });
      expect(requests).toBe(1);
      expect(await readFile(first.path)).toEqual(bytes);
      expect(await readdir(join(first.path, '..'))).toEqual(['small.bin']);
      await writeFile(first.path, 'rotten');
      await resolveFile(served, { env });
      expect(requests).toBe(2);
    } finally {
      server.close();
    }
  });

  it('fetches nothing when offline', async () => {
    await using folder = await temporaryDirectory();
    const env = { PORTRAIT_CACHE: join(folder.path, 'cache') };
    await mkdir(env.PORTRAIT_CACHE);
    await expect(resolveFile(entry, { env, offline: true })).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: expect.not.stringContaining('127.0.0.1'),
    });
  });
});

describe('the tables', () => {
  it('give each file a hash, a size, a source and a licence that allows commercial use', () => {
    const rows = billOfMaterials();
    expect(rows.map((r) => r.name)).toEqual([...Object.keys(MODELS), ...Object.keys(SAMPLES)]);
    for (const row of rows) {
      expect(row.licence).toMatch(/^(Apache-2\.0|MIT|BSD-2-Clause|CC-BY-4\.0|public-domain)$/);
      expect(row.sources.length).toBeGreaterThan(0);
      expect(row.bytes).toBeGreaterThan(0);
    }
    const files = [...Object.values(MODELS), ...Object.values(SAMPLES).flatMap((s) => s.files)];
    for (const file of files) expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(files.map((f) => f.sha256)).size).toBe(files.length);
    expect(SAMPLES['grid-s1'].files).toHaveLength(60);
  });

  it('find the models in node_modules', async () => {
    for (const name of ['selfie-multiclass', 'moonshine-tiny-encoder'] as const) {
      expect((await readFile(await modelPath(name))).length).toBe(MODELS[name].bytes);
    }
  });

  it('find the 60 sentences in order where the footage is installed', async () => {
    const seen: number[] = [];
    const paths = await samplePaths('grid-s1', { offline: true, onProgress: (done) => seen.push(done) }).catch(
      () => null,
    );
    if (!paths) return console.info('not run, because the GRID sample is not below PORTRAIT_DATA');
    expect(paths).toHaveLength(60);
    expect(paths[0]).toMatch(/lwal4p\.mpg$/);
    expect(seen.at(-1)).toBe(60);
  });
});
