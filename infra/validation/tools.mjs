// The tools that validate images, compose file, manifests and alerts: pinned source and build steps. The checks are
// in checks.mjs. Node built-ins only.
import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findGo } from '../servers/go.mjs';

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));
const CACHE = join(here, '../../.cache/validation');
export const KUBERNETES = '1.34.0';
const GO_FLAGS = ['-trimpath', '-buildvcs=false', '-mod=readonly'];

/** `quick`: downloads within seconds, so that tests may fetch it. `file`: exists once the tool is complete. */
export const TOOLS = {
  kustomize: { title: 'kustomize, in kubectl', quick: true, onPath: ['kubectl', ['version', '--client']] },
  kubeconform: {
    title: 'kubeconform 0.7.0',
    quick: true,
    source: 'kubeconform',
    file: 'kubeconform',
    make: (to) => goBuild('kubeconform', 'tool', to, []),
  },
  schemas: {
    title: `schemas of Kubernetes ${KUBERNETES}`,
    quick: true,
    source: 'python/schemas.txt',
    file: `v${KUBERNETES}-local-strict`,
    make: makeSchemas,
  },
  hadolint: {
    title: 'hadolint 2.15.1',
    quick: true,
    source: 'python/hadolint.txt',
    file: 'bin/hadolint',
    make: (to) => pipInstall('hadolint', to),
  },
  schemathesis: {
    title: 'schemathesis 4.32.5',
    quick: true,
    source: 'python/schemathesis.txt',
    file: 'bin/schemathesis',
    make: (to) => pipInstall('schemathesis', to),
  },
  models: {
    title: 'schemas of KEDA and the Prometheus operator',
    quick: true,
    source: 'models',
    file: 'node_modules/@kubernetes-models/keda/package.json',
    make: makeModels,
  },
  buildkit: {
    title: 'BuildKit 0.34.2, its Dockerfile checks',
    quick: false,
    source: 'buildkit',
    file: 'buildkit',
    make: (to) => goBuild('buildkit', '.', to, []),
  },
  compose: {
    title: 'Docker Compose 2.40.3',
    quick: false,
    source: 'compose',
    file: 'cmd',
    make: (to) =>
      goBuild('compose', 'tool', to, ['-ldflags', '-s -w -X github.com/docker/compose/v2/internal.Version=v2.40.3']),
  },
  promtool: {
    title: 'promtool 3.16',
    quick: false,
    source: 'promtool',
    file: 'promtool',
    make: (to) => goBuild('promtool', 'tool', to, ['-tags', 'remove_all_sd,enable_dns_sd', '-ldflags', '-s -w']),
  },
};

async function goBuild(folder, what, to, flags) {
  const go = findGo();
  if (go === null) throw new Error('Go is not installed');
  mkdirSync(to, { recursive: true });
  await run(go, ['build', ...GO_FLAGS, ...flags, '-o', `${to}/`, what], {
    cwd: join(here, folder),
    env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' },
    maxBuffer: 2 ** 24,
  });
}

async function pipInstall(name, to) {
  await run('python3', [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--only-binary=:all:',
    '--require-hashes',
    '--target',
    to,
    '-r',
    join(here, `python/${name}.txt`),
  ]);
}

/**
 * The schemas of one Kubernetes version, changed so that references between them are file names: the package uses
 * addresses of its own.
 */
async function makeSchemas(to) {
  const raw = `${to}.raw`;
  await pipInstall('schemas', raw);
  const version = `v${KUBERNETES}-local-strict`;
  const from = join(raw, 'kubernetes_validate/kubernetes-json-schema', version);
  mkdirSync(join(to, version), { recursive: true });
  for (const file of readdirSync(from)) {
    const schema = JSON.parse(
      readFileSync(join(from, file), 'utf8').replaceAll('"/api/_definitions.json#', '"_definitions.json#'),
    );
    delete schema.$id;
    writeFileSync(join(to, version, file), JSON.stringify(schema));
  }
  rmSync(raw, { recursive: true });
}

async function makeModels(to) {
  cpSync(join(here, 'models'), to, { recursive: true });
  await run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], {
    cwd: to,
    shell: process.platform === 'win32',
  });
}

/** Short hash of what a tool is made from. */
function fingerprint({ source, title }) {
  const path = join(here, source);
  const files = source.endsWith('.txt')
    ? [path]
    : readdirSync(path)
        .filter((name) => name !== 'node_modules')
        .sort()
        .map((name) => join(path, name));
  const hash = createHash('sha256').update([process.platform, process.arch, title].join('\0'));
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 12);
}

/**
 * Finds a tool, or has it made.
 * @param make whether it may be fetched and built
 * @returns {Promise<{ path: string | null, reason: string | null }>} `reason` completes "not validated, because …"
 */
export async function provide(name, { make }) {
  const tool = TOOLS[name];
  if (tool.onPath) {
    const [program, args] = tool.onPath;
    return run(program, args).then(
      () => ({ path: program, reason: null }),
      () => ({ path: null, reason: `${program} is not installed` }),
    );
  }
  const place = join(CACHE, `${name}-${fingerprint(tool)}`);
  const path = join(place, tool.file);
  if (existsSync(path)) return { path, reason: null };
  if (!make) return { path: null, reason: `${tool.title} is not here: run  node infra/validation/validate.mjs  once` };
  const partial = `${place}.${process.pid}.partial`;
  try {
    await tool.make(partial);
    try {
      renameSync(partial, place);
    } catch (error) {
      if (!existsSync(path)) throw error;
    }
    if (!existsSync(path)) throw new Error(`it came without ${tool.file}`);
    return { path, reason: null };
  } catch (error) {
    return {
      path: null,
      reason: `${tool.title} could not be had (${(error.stderr || error.message).trim().split('\n').at(-1)})`,
    };
  } finally {
    rmSync(partial, { recursive: true, force: true });
    rmSync(`${partial}.raw`, { recursive: true, force: true });
  }
}
