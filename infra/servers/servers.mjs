// Facts about the servers of the distributed engine: name, version, setting, module, flags, place in the cache.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** `answers`: what `--version` says, and where the version stands in it; `atLeast`: an older one is passed over. */
export const SERVERS = {
  temporal: {
    title: 'Temporal',
    version: 'CLI 1.5.1 with server 1.29.1',
    setting: 'PORTRAIT_TEMPORAL_SERVER',
    answers: /^temporal version \S+ \(Server (\d+)\.(\d+)/,
    atLeast: [1, 29],
  },
  minio: {
    title: 'MinIO',
    version: 'community edition of 2026-02-12',
    setting: 'PORTRAIT_MINIO_SERVER',
    answers: /^minio version \S+/,
    atLeast: [],
  },
};

/** Order matters: where both are wanted, Temporal comes first. */
export const SERVER_NAMES = Object.keys(SERVERS);

/** The flags are part of what a build is, so they are part of its fingerprint. */
export const BUILD_FLAGS = ['-trimpath', '-buildvcs=false', '-mod=readonly', '-ldflags', '-s -w'];

export const moduleFolder = (name) => join(here, name);
const moduleFile = (name, file) => readFileSync(join(moduleFolder(name), file), 'utf8').replaceAll('\r\n', '\n');
export const binaryName = (name, platform = process.platform) => (platform === 'win32' ? `${name}.exe` : name);

/** The least Go version, as the module of the server states it. */
export const neededGo = (name) => /^go (\S+)$/m.exec(moduleFile(name, 'go.mod'))[1];

/** Short hash of what the binary is built from; the same in every clone, so that clones can share a cache. */
export function serverFingerprint(name, platform = process.platform, arch = process.arch) {
  const hash = createHash('sha256').update([platform, arch, ...BUILD_FLAGS].join('\0'));
  for (const file of ['go.mod', 'go.sum']) hash.update(moduleFile(name, file));
  return hash.digest('hex').slice(0, 16);
}

/** Folders that may hold built servers; builds go into the last one. */
export function cacheFolders(env = process.env) {
  const own = join(here, '../../.cache/servers');
  return env.PORTRAIT_SERVER_CACHE ? [own, resolve(env.PORTRAIT_SERVER_CACHE)] : [own];
}

/** Where `name` lies in a cache folder, whether or not it is there. */
export const cachedPath = (folder, name) => join(folder, `${name}-${serverFingerprint(name)}`, binaryName(name));

/** Where the reason of the last failed build is kept, for whoever asks later why there is no server. */
export const failurePath = (folder, name) => join(folder, `${name}-${serverFingerprint(name)}.failed`);
