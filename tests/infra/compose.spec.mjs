// Checks the compose file without an engine: generated from the graph, minimal rights per service, known settings.
// tools.spec.mjs asks Docker Compose itself.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readServiceSettings, readSettings, SERVICE_SETTINGS, SETTINGS } from '@portrait/config';
import { STAGES, stageQueue } from '@portrait/contracts';
import { composeFiles, composeGpuModel, composeModel, prometheusModel } from '../../infra/compose/compose.mjs';
import { makeSecrets } from '../../infra/compose/secrets.mjs';
import { readSecretFiles } from '../../infra/images/start.mjs';
import { listServices } from '../../infra/images/services.mjs';
import { readPackages, root } from '../../infra/images/workspace.mjs';

const read = (path) => readFileSync(join(root, path), 'utf8');
const services = listServices({ STAGES, stageQueue }, readPackages());
const model = composeModel(services);
const entries = Object.entries(model.services);
const ofProduct = services.map((service) => [service, model.services[service.name]]);

/** The text with its variables at their defaults. */
const interpolated = (text) => text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');

let folder;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'compose-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the compose files', () => {
  it('are what they are generated from (node infra/compose/generate.mjs)', () => {
    for (const [path, text] of Object.entries(composeFiles(services))) expect([path, read(path)]).toEqual([path, text]);
  });

  it('bound every container and say what happens when it ends', () => {
    expect(
      entries
        .filter(([, service]) => !service.restart || !service.deploy?.resources?.limits?.memory || !service.logging)
        .map(([name]) => name),
    ).toEqual([]);
  });

  it('pin every image they do not build', () => {
    expect(
      entries
        .filter(([, { image, build }]) => !build && !/:v?\d+\.\d+\.\d+|:\d+\.\d+-/.test(image))
        .map(([, { image }]) => image),
    ).toEqual([]);
  });

  it('publish ports of API, store, dashboard and traces only, on this machine unless configured otherwise', () => {
    expect(
      entries
        .filter(([, { networks }]) => networks.includes('outside'))
        .map(([name]) => name)
        .sort(),
    ).toEqual(['api', 'grafana', 'jaeger', 'minio']);
    expect(model.networks.system).toEqual({ internal: true });
    expect(entries.flatMap(([, { ports = [] }]) => ports).map(interpolated)).toEqual([
      '127.0.0.1:9000:9000',
      '127.0.0.1:8080:8080',
      '127.0.0.1:16686:16686',
      '127.0.0.1:3000:3000',
    ]);
  });

  it('start in order, also where a profile leaves servers out', () => {
    const names = new Set(entries.map(([name]) => name));
    const waits = entries.flatMap(([name, { depends_on = {} }]) =>
      Object.entries(depends_on).map(([on, { required }]) => ({ name, on, required })),
    );
    expect(waits.length).toBeGreaterThan(20);
    expect(waits.filter(({ on, required }) => !names.has(on) || required !== false)).toEqual([]);
  });
});

describe('services of the product', () => {
  it('run without rights they do not need', () => {
    for (const [{ name }, service] of ofProduct)
      expect([name, service]).toEqual([
        name,
        expect.objectContaining({
          read_only: true,
          cap_drop: ['ALL'],
          security_opt: ['no-new-privileges:true'],
          init: true,
        }),
      ]);
  });

  it('hold the keys of their role, and none of another', () => {
    for (const [{ name, stages }, { secrets = [] }] of ofProduct) {
      const expected =
        name === 'orchestrator'
          ? []
          : stages.length > 0
            ? ['stage-access-key', 'stage-secret-key']
            : ['api-access-key', 'api-secret-key', 'erase-access-key', 'erase-secret-key', 'database-url'];
      expect([name, secrets]).toEqual([name, expected]);
    }
    expect(
      entries
        .filter(([, { secrets = [] }]) => secrets.includes('minio-root-password'))
        .map(([name]) => name)
        .sort(),
    ).toEqual(['minio', 'store-keys']);
  });

  it('use settings that the product has, with values it accepts', () => {
    makeSecrets(folder);
    for (const [{ name }, { environment }] of ofProduct) {
      const env = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, interpolated(value)]));
      const unknown = Object.keys(env).filter(
        (key) => !(key.replace(/_FILE$/, '') in { ...SETTINGS, ...SERVICE_SETTINGS }),
      );
      expect([name, unknown]).toEqual([name, []]);
      readSecretFiles(env, (path) => readFileSync(path.replace('/run/secrets', folder), 'utf8'));
      expect(() => readSettings(env)).not.toThrow();
      const settings = readServiceSettings(env);
      expect(settings.drainSeconds).toBeLessThan(Number(model.services[name].stop_grace_period.replace('s', '')));
      if (name === 'api') expect(settings.database).toMatch(/^postgres:\/\/portrait:[\w-]+@postgres:5432\/portrait$/);
    }
  });

  it('compute with as many threads as they have cores', () => {
    for (const [{ stages }, { environment, deploy }] of ofProduct)
      if (stages.length > 0) expect(environment.PORTRAIT_THREADS).toBe(deploy.resources.limits.cpus);
  });

  it('are all scraped', () => {
    const [
      {
        dns_sd_configs: [{ names, port }],
      },
    ] = prometheusModel(services).scrape_configs;
    expect(names).toEqual(services.map(({ name }) => name));
    expect(read('infra/images/Dockerfile')).toContain(`PORTRAIT_HEALTH_PORT=${port}`);
  });

  it('have a graphics card where the graph asks for one', () => {
    const marked = Object.keys(composeGpuModel(services).services);
    expect(marked.sort()).toEqual(
      [
        ...new Set(
          Object.keys(STAGES)
            .filter((stage) => STAGES[stage].resource === 'gpu')
            .map(stageQueue),
        ),
      ].sort(),
    );
  });
});

describe('secrets', () => {
  it('are made once, each different, in a folder of this user only', () => {
    const place = join(folder, 'deep/secrets');
    const made = makeSecrets(place);
    expect(made.sort()).toEqual(Object.keys(model.secrets).sort());
    expect(new Set(made.map((name) => readFileSync(join(place, name), 'utf8'))).size).toBe(made.length);
    if (process.platform !== 'win32') expect(statSync(place).mode & 0o777).toBe(0o700);
    rmSync(join(place, 'api-secret-key'));
    expect(makeSecrets(place)).toEqual(['api-secret-key']);
  });

  it('are named in the compose file wherever they are used, and kept from git', () => {
    const used = new Set(entries.flatMap(([, { secrets = [] }]) => secrets));
    expect([...used].sort()).toEqual(Object.keys(model.secrets).sort());
    expect(read('infra/compose/.gitignore')).toContain('/secrets/');
  });
});

describe('scripts of the servers', () => {
  it('are there where the compose file mounts them', () => {
    const mounted = entries
      .flatMap(([, { volumes = [] }]) => volumes)
      .filter((volume) => volume.startsWith('.'))
      .map((volume) => volume.split(':')[0]);
    expect(mounted.length).toBeGreaterThan(4);
    expect(mounted.filter((path) => !existsSync(join(root, 'infra/compose', path)))).toEqual([]);
  });

  it('make the search attributes that portrait up makes', () => {
    const [, here] = /for name in ([\w ]+); do\n.*search-attribute create/s.exec(
      read('infra/compose/temporal/namespace.sh').replace(/^(?!for name)[\s\S]*?(?=for name)/, ''),
    );
    const [, there] = /searchAttributes: \{ ([^}]+) \}/.exec(read('apps/cli/src/system/local-system.ts'));
    expect(
      here
        .split(' ')
        .map((name) => `${name}: 'Keyword'`)
        .join(', '),
    ).toBe(there);
  });
});
