// Checks the images without an engine: the services, the content of each image, the files the Dockerfile copies,
// and the small programs inside. tools.spec.mjs asks BuildKit and hadolint.
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { servicePrograms } from '@portrait/cli';
import { STAGES, stageQueue } from '@portrait/contracts';
import { assemble, strip } from '../../infra/images/assemble.mjs';
import { buildArguments, closure, listServices } from '../../infra/images/services.mjs';
import { readSecretFiles } from '../../infra/images/start.mjs';
import { readPackages, root } from '../../infra/images/workspace.mjs';

const run = promisify(execFile);
const packages = readPackages();
const services = listServices({ STAGES, stageQueue }, packages);
const byName = Object.fromEntries(services.map((service) => [service.name, service]));

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'images-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const put = (path, text = '') => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};

describe('the services', () => {
  it('are those that portrait up starts, from the same folders, with its rights at least', () => {
    const programs = servicePrograms();
    expect(services.map(({ name }) => name).sort()).toEqual(programs.map(({ name }) => name).sort());
    for (const { name, main, role } of programs) {
      expect(main.endsWith(join(byName[name].workspace, 'dist/main.js'))).toBe(true);
      expect(byName[name].roles.slice(0, 1)).toEqual(role === null ? [] : [role]);
    }
  });

  it('cover every stage once, and are marked for a graphics card as the graph says', () => {
    expect(services.flatMap(({ stages }) => stages).sort()).toEqual(Object.keys(STAGES).sort());
    for (const { name, stages, resource } of services)
      expect([name, resource]).toEqual([
        name,
        stages.some((stage) => STAGES[stage].resource === 'gpu') ? 'gpu' : 'cpu',
      ]);
  });

  it('have kernels and models where their code can reach them', () => {
    expect(byName['render']).toMatchObject({ media: true, kernels: true, models: true });
    expect(byName['neck-inpainting']).toMatchObject({ media: true, kernels: false, models: false });
    expect(byName['orchestrator']).toMatchObject({ media: false, kernels: false, models: false });
    expect(buildArguments(byName['render'], 'cuda')).toEqual({
      SERVICE: 'render',
      WORKSPACE: 'apps/stages/render',
      RUNTIME: 'media',
      KERNELS: 'cuda',
      MODELS: 'shipped',
    });
  });

  it('need what their packages declare, through other packages too, and nothing of tests', () => {
    expect(closure('apps/stages/render', packages)).toEqual(
      expect.arrayContaining(['libs/nerf', 'libs/kernels', 'libs/service-kit', 'libs/contracts']),
    );
    for (const { workspace } of services) expect(closure(workspace, packages)).not.toContain('libs/testing');
  });
});

describe('the Dockerfile', () => {
  const instructions = readFileSync(join(root, 'infra/images/Dockerfile'), 'utf8')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => /^[A-Z]+ /.test(line));
  const ignored = readFileSync(join(root, 'infra/images/Dockerfile.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));

  it('copies from the tree only what is there and what a build may see', () => {
    const sources = instructions
      .filter((line) => /^COPY /.test(line) && !line.includes('--from='))
      .flatMap((line) =>
        line
          .split(/\s+/)
          .slice(1, -1)
          .filter((word) => !word.startsWith('--')),
      );
    expect(sources.length).toBeGreaterThan(15);
    const fixed = sources.filter((path) => !path.includes('*'));
    expect(fixed.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(
      sources.filter((path) => !ignored.some((allowed) => path === allowed || path.startsWith(`${allowed}/`))),
    ).toEqual([]);
  });

  it('takes manifests of every workspace', () => {
    const [copied] = instructions.filter((line) => line.startsWith('COPY --parents'));
    const patterns = copied
      .split(/\s+/)
      .filter((word) => word.endsWith('package.json'))
      .map((pattern) => new RegExp(`^${pattern.replaceAll('*', '[^/]+')}$`));
    expect(
      Object.keys(packages).filter((path) => !patterns.some((pattern) => pattern.test(`${path}/package.json`))),
    ).toEqual([]);
  });

  it('pins every base image to one version', () => {
    const images = instructions.flatMap((line) => /^ARG \w+_IMAGE=(\S+)$/.exec(line)?.[1] ?? []);
    expect(images).toHaveLength(4);
    expect(images.filter((image) => !/:\d+\.\d+/.test(image))).toEqual([]);
    const stages = instructions.flatMap((line) => /^FROM \S+ AS (\S+)$/.exec(line)?.[1] ?? []);
    const bases = instructions.flatMap((line) => /^FROM (\S+)/.exec(line)?.[1] ?? []);
    expect(
      bases.filter(
        (base) =>
          base !== 'scratch' && !stages.includes(base) && !/\$\{(\w+_IMAGE|KERNELS|MODELS|RUNTIME)\}/.test(base),
      ),
    ).toEqual([]);
  });

  it('has a stage for every value that a service is built with', () => {
    const stages = instructions.flatMap((line) => /^FROM \S+ AS (\S+)$/.exec(line)?.[1] ?? []);
    for (const service of services) {
      for (const backend of ['cpu', 'cuda']) {
        const { RUNTIME, KERNELS, MODELS } = buildArguments(service, backend);
        expect(stages).toEqual(
          expect.arrayContaining([`runtime-${RUNTIME}`, `kernels-${KERNELS}`, `models-${MODELS}`]),
        );
      }
    }
  });

  it('runs services as an ordinary user, and ends in a health check', () => {
    const service = instructions.slice(instructions.findIndex((line) => line.endsWith(' AS service')));
    expect(service.find((line) => line.startsWith('USER'))).toBe('USER 1000:1000');
    expect(service.find((line) => line.startsWith('HEALTHCHECK'))).toContain('/portrait/infra/images/health.mjs');
  });
});

describe('assemble', () => {
  const manifest = (name, dependencies = {}) => JSON.stringify({ name, dependencies });
  beforeEach(() => {
    put('package.json', JSON.stringify({ workspaces: ['libs/*', 'apps/a'] }));
    put('libs/b/package.json', manifest('@portrait/b'));
    put('libs/c/package.json', manifest('@portrait/c'));
    put('apps/a/package.json', manifest('@portrait/a', { '@portrait/b': '*', zod: '4.6.7' }));
    for (const path of ['apps/a', 'libs/b'])
      for (const file of ['index.js', 'index.js.map', 'index.d.ts', 'deep/x.spec.js', 'deep/x.js', '.tsbuildinfo'])
        put(`${path}/dist/${file}`);
    put('apps/a/src/migrations/1.sql');
    put('apps/a/src/index.ts');
  });

  it('takes what a service depends on, without sources, types, maps and specs', () => {
    expect(assemble('apps/a', folder, join(folder, 'out'))).toEqual(['apps/a', 'libs/b']);
    const files = readdirSync(join(folder, 'out'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 5))
      .sort();
    expect(files).toEqual([
      'apps/a/dist/deep/x.js',
      'apps/a/dist/index.js',
      'apps/a/package.json',
      'apps/a/src/migrations/1.sql',
      'libs/b/dist/deep/x.js',
      'libs/b/dist/index.js',
      'libs/b/package.json',
    ]);
  });

  it('refuses a tree that is not built', () => {
    rmSync(join(folder, 'libs/b/dist'), { recursive: true });
    expect(() => assemble('apps/a', folder, join(folder, 'out'))).toThrow(/libs\/b is not built/);
  });

  it('strips the binaries of other platforms, and none where its own is missing', () => {
    const releases = 'node_modules/@temporalio/core-bridge/releases';
    for (const name of ['x86_64-unknown-linux-gnu', 'aarch64-unknown-linux-gnu', 'x86_64-pc-windows-msvc'])
      put(`${releases}/${name}/index.node`);
    for (const name of ['linux/x64', 'linux/arm64', 'win32/x64'])
      put(`node_modules/onnxruntime-node/bin/napi-v6/${name}/x.node`);
    const nodeModules = join(folder, 'node_modules');
    expect(strip(nodeModules, { platform: 'freebsd', arch: 'x64' })).toEqual([]);
    strip(nodeModules, { platform: 'linux', arch: 'x64' });
    expect(readdirSync(join(folder, releases))).toEqual(['x86_64-unknown-linux-gnu']);
    expect(readdirSync(join(nodeModules, 'onnxruntime-node/bin/napi-v6'), { recursive: true }).sort()).toEqual([
      'linux',
      'linux/x64',
      'linux/x64/x.node',
    ]);
  });
});

describe('secrets in files', () => {
  it('become settings, and the names of the files go', () => {
    const env = { PORTRAIT_DATABASE_FILE: '/run/db', PORTRAIT_S3_SECRET_KEY_FILE: '', HOME: '/x', SOME_FILE: '/y' };
    readSecretFiles(env, (path) => `${path} content\n`);
    expect(env).toEqual({
      PORTRAIT_DATABASE: '/run/db content',
      PORTRAIT_S3_SECRET_KEY_FILE: '',
      HOME: '/x',
      SOME_FILE: '/y',
    });
  });

  it('that are missing, empty or given twice are all named, never their content', () => {
    const env = { PORTRAIT_A_FILE: '/none', PORTRAIT_B_FILE: '/empty', PORTRAIT_C_FILE: '/c', PORTRAIT_C: 'secret' };
    const read = (path) => {
      if (path === '/empty') return ' \n';
      throw Object.assign(new Error('no'), { code: 'ENOENT' });
    };
    expect(() => readSecretFiles(env, read)).toThrow(
      [
        'PORTRAIT_A_FILE: /none cannot be read (ENOENT).',
        'PORTRAIT_B_FILE: /empty is empty.',
        'PORTRAIT_C and PORTRAIT_C_FILE are both set; keep one.',
      ].join('\n'),
    );
  });

  it('reach the service that start.mjs becomes', async () => {
    put('key', 'top\n');
    put('main.mjs', 'console.log(process.env.PORTRAIT_S3_SECRET_KEY, process.env.PORTRAIT_S3_SECRET_KEY_FILE)');
    const start = (more) =>
      run(process.execPath, [join(root, 'infra/images/start.mjs')], {
        env: { SERVICE_MAIN: join(folder, 'main.mjs'), ...more },
      });
    expect((await start({ PORTRAIT_S3_SECRET_KEY_FILE: join(folder, 'key') })).stdout).toBe('top undefined\n');
    await expect(start({ PORTRAIT_S3_SECRET_KEY_FILE: join(folder, 'none') })).rejects.toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('cannot be read (ENOENT)'),
    });
  });
});

describe('the health check', () => {
  it.each([
    [200, null],
    [503, 1],
  ])('answers %i with exit code %p', async (status, code) => {
    const server = createServer((request, response) =>
      response.writeHead(request.url === '/livez' ? status : 404).end(),
    );
    await new Promise((listening) => {
      server.listen(0, '127.0.0.1', listening);
    });
    try {
      const asked = run(process.execPath, [join(root, 'infra/images/health.mjs')], {
        env: { PORTRAIT_HEALTH_PORT: String(server.address().port) },
      });
      if (code === null) await asked;
      else await expect(asked).rejects.toMatchObject({ code });
    } finally {
      server.close();
    }
  });
});
