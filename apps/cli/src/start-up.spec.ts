// `portrait --help` loads the registration of commands only; what a command needs is imported when it runs.
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = resolve(import.meta.dirname, '../../..');
/** A loader hook that lists modules, because ES modules appear in no public list. */
const LOAD = `
import { writeSync } from 'node:fs';
export async function load(url, context, next) {
  writeSync(2, 'loaded ' + url + '\\n');
  return next(url, context);
}`;
const asModule = (source: string): string => `data:text/javascript,${encodeURIComponent(source)}`;
const REGISTER = `import { register } from 'node:module'; register(${JSON.stringify(asModule(LOAD))});`;

function modulesLoadedBy(...args: string[]): string[] {
  const { stderr } = spawnSync(
    process.execPath,
    ['--import', asModule(REGISTER), join(root, 'apps/cli/bin/portrait.mjs'), ...args],
    { encoding: 'utf8', maxBuffer: 2 ** 24 },
  );
  return [...stderr.matchAll(/^loaded (file:.*)$/gm)].map(([, url]) => url!);
}

describe('start-up', () => {
  it('of --help loads no stage, kernel, media, store, server or Temporal module', () => {
    const loaded = modulesLoadedBy('--help');
    expect(loaded.some((url) => url.endsWith('/apps/cli/dist/run-cli.js'))).toBe(true);
    const libs = ['kernels', 'nerf', 'face', 'media', 'artifact-store', 'stage-kit', 'stage-registry', 'local-servers'];
    const heavy = new RegExp(`libs/(${libs.join('|')})/|apps/stages/|@temporalio|@grpc|csv-parse|@clack`);
    expect(loaded.filter((url) => heavy.test(url))).toEqual([]);
  });

  it('of a command loads what that command needs', () => {
    const loaded = modulesLoadedBy('people', 'list', '--no-remote', '--store', join(tmpdir(), 'no-store-of-portraits'));
    expect(loaded.some((url) => url.includes('/libs/artifact-store/'))).toBe(true);
  });
});
