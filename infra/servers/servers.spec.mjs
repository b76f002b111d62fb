import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildServer } from './build.mjs';
import { findServer } from './find.mjs';
import { goProblem } from './go.mjs';
import { provideServer } from './provide.mjs';
import { cachedPath, cacheFolders, failurePath, neededGo, SERVER_NAMES, serverFingerprint } from './servers.mjs';

const onWindows = process.platform === 'win32';
const scripted = onWindows ? it.skip : it;
const why = onWindows ? ' (not supported, because the programs of these tests are shell scripts)' : '';

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'servers-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that can be run, at `path` below the test's folder. */
function program(path, script = 'exit 0') {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}
const answer = (version) => `echo "temporal version 1.5.1 (Server ${version}, UI 2.42.1)"`;
const cached = () => program(cachedPath('cache', 'temporal'));
/** PATH and caches below the test's own folder, so that what this machine has does not matter. */
const environment = (more = {}) => ({ PATH: join(folder, 'bin'), ...more });
const caches = () => [join(folder, 'own'), join(folder, 'cache')];
const find = (more) => findServer('temporal', environment(more), { caches: caches() });

describe('finding a server', () => {
  scripted(`takes the configured path first, then PATH, then the cache${why}`, async () => {
    const configured = program('mine/temporal', answer('1.29.1'));
    const onPath = program('bin/temporal', answer('1.30.0'));
    cached();
    expect(await find({ PORTRAIT_TEMPORAL_SERVER: configured })).toEqual({
      path: configured,
      source: 'setting',
      reason: null,
    });
    expect(await find()).toEqual({ path: onPath, source: 'PATH', reason: null });
    rmSync(onPath);
    expect(await find()).toMatchObject({ source: 'cache', reason: null });
  });

  scripted(`tries nothing else when the configured path is wrong${why}`, async () => {
    program('bin/temporal', answer('1.30.0'));
    cached();
    const missing = await find({ PORTRAIT_TEMPORAL_SERVER: join(folder, 'none') });
    expect(missing).toEqual({
      path: null,
      source: null,
      reason: expect.stringMatching(/none is not a file that can be run: correct or unset PORTRAIT_TEMPORAL_SERVER/),
    });
    const other = await find({ PORTRAIT_TEMPORAL_SERVER: program('mine/other', 'echo other 1.0') });
    expect(other).toMatchObject({
      path: null,
      reason: expect.stringMatching(/does not answer as Temporal \(--version: other 1.0\)/),
    });
  });

  scripted(`passes over a server on PATH that is too old, and says so${why}`, async () => {
    program('bin/temporal', answer('1.24.2'));
    const found = await find();
    expect(found).toMatchObject({
      path: null,
      reason: expect.stringMatching(/Temporal 1\.24, and 1\.29 or newer is needed, and /),
    });
    cached();
    expect(await find()).toMatchObject({ source: 'cache' });
  });
});

describe('the caches', () => {
  it('are that of the clone, and a shared one where it is set, which builds go into', () => {
    const [own] = cacheFolders({});
    expect(own).toMatch(/\.cache.servers$/);
    expect(cacheFolders({ PORTRAIT_SERVER_CACHE: folder })).toEqual([own, folder]);
  });

  it('keep a build by what it is made from', () => {
    const prints = SERVER_NAMES.flatMap((name) => [
      serverFingerprint(name, 'linux', 'x64'),
      serverFingerprint(name, 'linux', 'arm64'),
      serverFingerprint(name, 'darwin', 'arm64'),
    ]);
    expect(new Set(prints).size).toBe(prints.length);
    expect(serverFingerprint('minio', 'linux', 'x64')).toBe(serverFingerprint('minio', 'linux', 'x64'));
  });
});

describe('Go', () => {
  it('is asked for in the version that the modules need', () => {
    for (const name of SERVER_NAMES) expect(neededGo(name)).toMatch(/^1\.\d+\.\d+$/);
  });

  it('is said to be missing with both ways out', async () => {
    const problem = await goProblem('temporal', environment(), { places: [], manager: 'apt' });
    expect(problem).toBe(
      `Go ${neededGo('temporal')} or newer is not installed: install it (https://go.dev/dl/) or set ` +
        "PORTRAIT_TEMPORAL_SERVER to the server's binary, then run  npm run setup -- --servers",
    );
    expect(await goProblem('minio', environment(), { places: [], manager: 'brew' })).toMatch(
      /install it \(brew install go\) or set PORTRAIT_MINIO_SERVER/,
    );
  });

  scripted(`is said to be too old with what was found, unless it can fetch a newer one itself${why}`, async () => {
    const tells = (version, toolchain) => program('bin/go', `printf '%s\\n' ${version} ${toolchain}`);
    const problem = () => goProblem('temporal', environment(), { places: [] });
    const path = tells('go1.19.8', "''");
    expect(await problem()).toContain(`or newer is not installed, only 1.19.8 at ${path}: install it`);
    tells('go1.23.0', 'local');
    expect(await problem()).toContain('only 1.23.0');
    tells('go1.23.0', 'auto');
    expect(await problem()).toBeNull();
    tells('go1.26.8', 'local');
    expect(await problem()).toBeNull();
    tells('what?', 'local');
    expect(await problem()).toContain('does not tell its version');
  });
});

describe('building a server', () => {
  /** A Go that "builds" by `work`; $out is the file it is asked to write. */
  const go = (work) =>
    program(
      'bin/go',
      `PATH=/usr/bin:/bin; case "$1" in env) printf '%s\\n' go1.26.8 local;; ` +
        `build) while [ "$1" != -o ]; do shift; done; out="$2"; ${work};; esac`,
    );
  const build = (say) => buildServer('temporal', { env: environment(), caches: caches(), places: [], say });
  const inCache = () => readdirSync(join(folder, 'cache')).sort();

  scripted(`puts it into the cache at once, and finds it there afterwards${why}`, async () => {
    go(`mkdir -p "$(dirname "$out")"; echo "#!/bin/sh" > "$out"; chmod +x "$out"`);
    const said = [];
    const { path, reason } = await build((line) => said.push(line));
    expect(reason).toBeNull();
    expect(path).toBe(cachedPath(join(folder, 'cache'), 'temporal'));
    expect(inCache()).toEqual([`temporal-${serverFingerprint('temporal')}`]);
    expect(said).toEqual([
      expect.stringContaining('building Temporal (CLI 1.5.1'),
      expect.stringMatching(/^Temporal built in \d+ s$/),
    ]);
    expect(await find()).toMatchObject({ source: 'cache' });
  });

  scripted(`leaves nothing but the reason when it fails, and takes that away when it succeeds${why}`, async () => {
    go(`mkdir -p "$(dirname "$out")"; echo half > "$out"; echo "go: module not found" >&2; exit 1`);
    mkdirSync(join(folder, 'cache/temporal-0.999999999.partial'), { recursive: true });
    const { path, reason } = await build();
    expect(path).toBeNull();
    expect(reason).toMatch(/^building Temporal failed \(go: module not found\): set PORTRAIT_TEMPORAL_SERVER/);
    expect(inCache()).toEqual([`temporal-${serverFingerprint('temporal')}.failed`]);
    expect(readFileSync(failurePath(join(folder, 'cache'), 'temporal'), 'utf8').trim()).toBe(reason);
    expect(await find()).toMatchObject({ path: null, reason });
    go(`mkdir -p "$(dirname "$out")"; echo "#!/bin/sh" > "$out"; chmod +x "$out"`);
    expect((await build()).reason).toBeNull();
    expect(inCache()).toEqual([`temporal-${serverFingerprint('temporal')}`]);
  });

  scripted(`accepts what another build has put in place meanwhile${why}`, async () => {
    go(
      `mkdir -p "$(dirname "$out")"; echo mine > "$out"; ` +
        `d="${join(folder, 'cache')}/temporal-${serverFingerprint('temporal')}"; ` +
        `mkdir -p "$d"; echo theirs > "$d/temporal"; chmod +x "$d/temporal"`,
    );
    const { path } = await build();
    expect(readFileSync(path, 'utf8')).toBe('theirs\n');
    expect(inCache()).toEqual([`temporal-${serverFingerprint('temporal')}`]);
  });

  it('is not done beside a configured path that is wrong', async () => {
    const build = () => {
      throw new Error('not to be called');
    };
    expect(
      await provideServer('minio', { env: environment({ PORTRAIT_MINIO_SERVER: join(folder, 'none') }), build }),
    ).toMatchObject({ path: null, reason: expect.stringContaining('PORTRAIT_MINIO_SERVER') });
  });
});
