import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { ArtifactRef } from '@portrait/contracts';
import { temporaryDirectory } from '@portrait/testing';
import { artifactStoreContract, type StoreUnderTest } from './contract.testing.js';
import { openFileStore } from './file-store.js';
import { personKeys } from './layout.js';
import { openMemoryStore, type MemoryObjects } from './memory-store.js';

/** Files below a folder, as relative names. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

async function fileStore(): Promise<StoreUnderTest> {
  const folder = await temporaryDirectory();
  const place = (person: string, name = ''): string => join(folder.path, 'people', person, name);
  return {
    open: () => openFileStore(folder.path),
    async damage(person, name, bytes) {
      await rm(place(person, name), { force: true });
      if (bytes) await writeFile(place(person, name), bytes);
    },
    kept: (person) => filesBelow(place(person)),
    close: () => folder[Symbol.asyncDispose](),
  };
}

async function memoryStore(): Promise<StoreUnderTest> {
  const folder = await temporaryDirectory();
  const objects: MemoryObjects = new Map();
  return {
    open: () => openMemoryStore(objects, folder.path),
    async damage(person, name, bytes) {
      if (bytes) objects.set(`people/${person}/${name}`, bytes);
      else objects.delete(`people/${person}/${name}`);
    },
    async kept(person) {
      const prefix = `people/${person}/`;
      return [
        ...[...objects.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)),
        ...(await filesBelow(join(folder.path, person))),
      ].sort();
    },
    close: () => folder[Symbol.asyncDispose](),
  };
}

artifactStoreContract('the file store', fileStore);
artifactStoreContract('the memory store', memoryStore);

describe.each([
  ['the file store', fileStore],
  ['the memory store', memoryStore],
])('%s', (_, start) => {
  it('heals one flipped byte when the same content is committed again', async () => {
    const place = await start();
    const scope = await (await place.open()).scope('anna');
    const commitSpeech = async (): Promise<ArtifactRef> => {
      const draft = await scope.create('speech');
      await draft.write('source', 'speech');
      return draft.commit();
    };
    const ref = await commitSpeech();
    await place.damage('anna', personKeys.blob(ref, ref.files['source']!.sha256), Buffer.from('sqeech'));
    const reader = await (await place.open()).scope('anna');
    await expect(reader.path(ref, 'source')).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
    expect(await commitSpeech()).toEqual(ref);
    expect(await readFile(await reader.path(ref, 'source'), 'utf8')).toBe('speech');
    await place.close();
  });
});

describe('the file store', () => {
  it('refuses a root that is not a folder', async () => {
    await using folder = await temporaryDirectory();
    await writeFile(join(folder.path, 'file'), '');
    await expect(openFileStore(join(folder.path, 'file'))).rejects.toMatchObject({
      code: 'STORE_UNWRITABLE',
      message: expect.stringContaining(folder.path),
    });
  });

  it('survives moving and copying of its folder', async () => {
    await using folder = await temporaryDirectory();
    const scope = await (await openFileStore(join(folder.path, 'one'))).scope('anna');
    const draft = await scope.create('speech');
    await draft.write('source', 'speech');
    const ref = await draft.commit();
    await cp(join(folder.path, 'one'), join(folder.path, 'two'), { recursive: true });
    await rm(join(folder.path, 'one'), { recursive: true });
    const moved = await (await openFileStore(join(folder.path, 'two'))).scope('anna');
    expect((await stat(await moved.path(ref, 'source'))).size).toBe(6);
  });
});

describe('work folders', () => {
  it('of processes that have exited are removed; those of running processes and other machines stay', async () => {
    await using folder = await temporaryDirectory();
    const store = await openFileStore(folder.path);
    const tmp = join(folder.path, 'people', 'anna', 'tmp');
    const mine = await (await store.scope('anna')).scratch();
    const uuid = '01234567-89ab-4def-8123-456789abcdef';
    const [, started, host] = mine.path.split('/').at(-1)!.split('-');
    const dead = [
      `999999999-1-${host}-${uuid}`,
      `999999999-${uuid}`,
      ...(started === '' ? [] : [`${process.pid}-1-${host}-${uuid}`]),
    ];
    const elsewhere = `999999999-1-ffffffff-${uuid}`;
    for (const name of [...dead, elsewhere]) await mkdir(join(tmp, name, 'inside'), { recursive: true });
    await store.scope('anna');
    expect((await readdir(tmp)).sort()).toEqual([elsewhere, mine.path.slice(dirname(mine.path).length + 1)].sort());
    await mine[Symbol.asyncDispose]();
  });
});
