import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeStaleCache } from '../../native-kernels/stale-cache.mjs';

/** Without languages CMake looks for no compiler and configures in milliseconds. */
const PROJECT = 'cmake_minimum_required(VERSION 3.20)\nproject(sample LANGUAGES NONE)\n';

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stale-cache-'));
  mkdirSync(join(folder, 'original'));
  writeFileSync(join(folder, 'original/CMakeLists.txt'), PROJECT);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const configure = (name) =>
  spawnSync('cmake', ['-S', join(folder, name), '-B', join(folder, name, 'build')], { encoding: 'utf8' });
const removeStale = (name) => removeStaleCache(join(folder, name, 'build'), join(folder, name));

describe('the CMake cache of a copied tree', () => {
  it('is refused by CMake, removed by the build, and configured again', () => {
    expect(configure('original').status).toBe(0);
    cpSync(join(folder, 'original'), join(folder, 'copy'), { recursive: true });
    expect(configure('copy').status).not.toBe(0);
    expect(removeStale('copy')).toMatch(/original$/);
    expect(existsSync(join(folder, 'copy/build'))).toBe(false);
    expect(configure('copy').status).toBe(0);
  });

  it('is kept where it belongs to the source folder, also through a symbolic link', () => {
    configure('original');
    symlinkSync(join(folder, 'original'), join(folder, 'link'));
    expect(removeStale('original')).toBeNull();
    expect(removeStale('link')).toBeNull();
    expect(existsSync(join(folder, 'original/build/CMakeCache.txt'))).toBe(true);
  });

  it('is no obstacle where nothing was configured yet', () => {
    expect(removeStale('original')).toBeNull();
  });
});
