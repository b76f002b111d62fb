// The supported Node releases as binaries from the npm registry: pinned, checked by hash, kept in .cache/node.
// tests/e2e/node-versions.spec.ts runs the command line and the native add-on under each. Node built-ins only.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = join(dirname(fileURLToPath(import.meta.url)), '../../.cache/node');

/** The integrity is that of the package `node-<platform>` on the npm registry. */
export const NODE_RUNTIMES = [
  {
    major: 24,
    version: '24.22.3',
    integrity: {
      'linux-x64': 'sha512-KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==',
      'linux-arm64': 'sha512-IZx0J52/1NDwAsY2iyWR9nlPIYuYviTWetjj8+ElvYQh2+XRhLfCfkbFEF/2O5vGI2hcUbyPNHV+nz342FbJXw==',
    },
  },
  {
    major: 22,
    version: '22.23.5',
    integrity: {
      'linux-x64': 'sha512-3jhC+wcoWxKZxcRqF2sUSl0c9HEXFnur/nuIPx6O6CWKV0jOUWQm7Htw5SuXqqlMCEhi0cJqybFPEb5hhcBiMw==',
      'linux-arm64': 'sha512-e1LOUGKVruPGuLVutn8+Cgm5pI1APm4Kvh+zbb/qe/ZpD9s+TQby5iUgZOWmPpbSKpj0Td8DP1N0NEnXasHizg==',
    },
  },
];

const currentPlatform = `${process.platform}-${process.arch}`;

const runtimePath = ({ version }, platform, cache) => join(cache, `${version}-${platform}`, 'node');

/** @returns {{ path: string | null, reason: string | null }} `reason` completes "not supported, because …" */
export function findRuntime(runtime, { platform = currentPlatform, cache = CACHE } = {}) {
  if (runtime.integrity[platform] === undefined)
    return { path: null, reason: `no Node ${runtime.major} package is pinned for ${platform}` };
  const path = runtimePath(runtime, platform, cache);
  return existsSync(path)
    ? { path, reason: null }
    : { path: null, reason: `Node ${runtime.version} is not fetched: run  npm run setup -- --tests` };
}

/** Downloads the package with npm, so that the registry and proxy settings of the user apply. */
function download({ version }, platform, folder) {
  const options = ['--pack-destination', folder, '--loglevel=error', '--fetch-retries=0'];
  const npm = spawnSync('npm', ['pack', `node-${platform}@${version}`, ...options], {
    cwd: folder,
    encoding: 'utf8',
    windowsHide: true,
  });
  if (npm.status === 0) return null;
  const message = npm.error?.message ?? npm.stderr.trim().split('\n')[0];
  return `npm could not fetch node-${platform}@${version} (${message})`;
}

/** Checks the hash before anything is unpacked, and puts the binary in place with one rename. */
function unpack(runtime, platform, folder, path) {
  const archive = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? 'missing.tgz');
  const integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (integrity !== runtime.integrity[platform])
    return `the package node-${platform}@${runtime.version} has another hash than the pinned one`;
  const tar = spawnSync('tar', ['xzf', archive, '-C', folder, 'package/bin/node'], { encoding: 'utf8' });
  if (tar.status !== 0) return `tar could not unpack Node ${runtime.version} (${tar.error?.message ?? tar.stderr})`;
  const binary = join(folder, 'package/bin/node');
  chmodSync(binary, 0o755);
  mkdirSync(dirname(path), { recursive: true });
  renameSync(binary, path);
  return null;
}

/** Finds the binary of a release or fetches it (about 50 MB). Returns the same as `findRuntime`. */
export function provideRuntime(runtime, { say = () => {}, platform = currentPlatform, cache = CACHE } = {}) {
  const found = findRuntime(runtime, { platform, cache });
  if (found.path !== null || runtime.integrity[platform] === undefined) return found;
  say(`fetching Node ${runtime.version} for the tests`);
  mkdirSync(cache, { recursive: true });
  // Beside the final place, so that the rename stays on one file system.
  const folder = mkdtempSync(join(cache, 'fetch-'));
  try {
    const path = runtimePath(runtime, platform, cache);
    const reason = download(runtime, platform, folder) ?? unpack(runtime, platform, folder, path);
    return reason === null ? { path, reason } : { path: null, reason };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
