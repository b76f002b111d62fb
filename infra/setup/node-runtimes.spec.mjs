import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findRuntime, NODE_RUNTIMES } from './node-runtimes.mjs';

let cache;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'node-runtimes-'));
});
afterEach(() => rmSync(cache, { recursive: true, force: true }));

const [runtime] = NODE_RUNTIMES;

describe('Node releases for tests', () => {
  it('pins the releases that the README names', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    for (const { major } of NODE_RUNTIMES) expect(readme).toContain(String(major));
    expect(NODE_RUNTIMES.map(({ major }) => major)).toEqual([24, 22]);
  });

  it('finds a fetched binary', () => {
    const path = join(cache, `${runtime.version}-linux-x64`, 'node');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    expect(findRuntime(runtime, { platform: 'linux-x64', cache })).toEqual({ path, reason: null });
  });

  it('says how to fetch a missing binary, and where none is pinned', () => {
    expect(findRuntime(runtime, { platform: 'linux-x64', cache }).reason).toMatch(/npm run setup -- --tests$/);
    expect(findRuntime(runtime, { platform: 'sunos-x64', cache }).reason).toMatch(/pinned for sunos-x64/);
  });
});
