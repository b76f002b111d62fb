// The checks of each validation tool, as one list that the script and the spec share. A check returns null when it
// passes, else the output of the tool.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseAllDocuments, stringify } from 'yaml';
import { buildArguments } from '../images/services.mjs';
import { root } from '../images/workspace.mjs';
import { dashboard } from '../observability/dashboard.mjs';
import { KUBERNETES } from './tools.mjs';

export const OVERLAYS = ['overlays/standard', 'overlays/gpu', 'overlays/small', 'jobs'];
const DOCKERFILE = join(root, 'infra/images/Dockerfile');
const at = (path) => join(root, 'infra', path);

/** Output and whether it ended well. */
function ask(program, args, options = {}) {
  return new Promise((done) => {
    execFile(program, args, { maxBuffer: 2 ** 26, ...options }, (error, stdout, stderr) =>
      done({ ok: error === null, stdout, words: `${stdout}${stderr}`.trim() || error?.message || '' }),
    );
  });
}
const verdict = ({ ok, words }) => (ok ? null : words);

async function within(work) {
  const folder = mkdtempSync(join(tmpdir(), 'validation-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function manifests(kubectl, overlay) {
  const made = await ask(kubectl, ['kustomize', at(`kubernetes/${overlay}`)]);
  if (!made.ok) throw new Error(made.words);
  return made.stdout;
}

/** Strict: a field that the API does not know is an error. Kinds of others are left to `models`. */
async function kubeconform({ kustomize, kubeconform: program, schemas }, overlay, change = (text) => text) {
  const text = change(await manifests(kustomize, overlay));
  const own = parseAllDocuments(text)
    .map((entry) => entry.toJS())
    .filter(({ apiVersion }) => !/^(keda\.sh|monitoring\.coreos\.com)\//.test(apiVersion));
  const schemaFolder = schemas.replace(`v${KUBERNETES}-local-strict`, '');
  const schemaFile =
    '{{ .NormalizedKubernetesVersion }}-local{{ .StrictSuffix }}/{{ .ResourceKind }}{{ .KindSuffix }}.json';
  const location = `${schemaFolder}${schemaFile}`;
  return within(async (folder) => {
    const file = join(folder, 'manifests.yaml');
    writeFileSync(file, own.map((entry) => stringify(entry, { version: '1.1' })).join('---\n'));
    const said = await ask(program, [
      '-strict',
      '-summary',
      '-kubernetes-version',
      KUBERNETES,
      '-schema-location',
      location,
      file,
    ]);
    if (!said.ok) return said.words;
    return new RegExp(`Valid: ${own.length},`).test(said.words)
      ? null
      : `of ${own.length} objects not all were looked at: ${said.words}`;
  });
}

/** Custom resources by the schemas their model packages carry. */
async function customResources({ kustomize, models }, overlay) {
  const base = join(models, '../..');
  const places = {
    ScaledObject: 'keda/keda.sh/v1alpha1/ScaledObject.mjs',
    PodMonitor: 'prometheus-operator/monitoring.coreos.com/v1/PodMonitor.mjs',
    PrometheusRule: 'prometheus-operator/monitoring.coreos.com/v1/PrometheusRule.mjs',
  };
  const wrong = [];
  for (const entry of parseAllDocuments(await manifests(kustomize, overlay)).map((document) => document.toJS())) {
    if (!(entry.kind in places)) continue;
    const { [entry.kind]: Model } = await import(pathToFileURL(join(base, places[entry.kind])).href);
    try {
      new Model(entry).validate();
    } catch (error) {
      wrong.push(`${entry.kind} ${entry.metadata.name}: ${error.message}`);
    }
  }
  return wrong.length === 0 ? null : wrong.join('\n');
}

/** The plugin of `docker compose`, run by itself; `config` reads, merges and checks, and needs no engine. */
async function composeConfig({ compose }, files) {
  return verdict(
    await ask(compose, [
      '--project-directory',
      at('compose'),
      ...files.flatMap((file) => ['-f', at(`compose/${file}`)]),
      '--profile',
      '*',
      'config',
      '--quiet',
    ]),
  );
}

/** Queries of the dashboard as recording rules, so that Prometheus' own parser reads them. */
function dashboardQueries({ promtool }) {
  const queries = dashboard().panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  return within(async (folder) => {
    const file = join(folder, 'queries.yaml');
    writeFileSync(
      file,
      stringify({
        groups: [{ name: 'dashboard', rules: queries.map((expr, i) => ({ record: `panel:query${i}`, expr })) }],
      }),
    );
    return verdict(await ask(promtool, ['check', 'rules', file]));
  });
}

/**
 * @returns list of `{ title, needs, check(paths), breaks?(paths) }`; `breaks` checks a broken copy, which must fail
 */
export function checks(services) {
  const api = services.find(({ name }) => name === 'api');
  const job = (target, args) =>
    `${target}:${Object.entries(args)
      .map(([name, value]) => `${name}=${value}`)
      .join(',')}`;
  const targets = [
    ...services.flatMap((service) => [
      job('service', buildArguments(service)),
      ...(service.kernels ? [job('service', buildArguments(service, 'cuda'))] : []),
    ]),
    job('jobs', buildArguments(api)),
    'minio:',
  ];
  const brokenDockerfile = (work) =>
    within((folder) => {
      const file = join(folder, 'Dockerfile');
      writeFileSync(
        file,
        readFileSync(DOCKERFILE, 'utf8')
          .replace('AS manifests', 'as manifests')
          .replace('FROM ${NODE_IMAGE} AS node', 'FROM node AS node'),
      );
      return work(file);
    });
  return [
    {
      title: 'the Dockerfile, by hadolint',
      needs: ['hadolint'],
      check: async ({ hadolint }) => verdict(await ask(hadolint, ['--no-color', DOCKERFILE])),
      breaks: ({ hadolint }) => brokenDockerfile(async (file) => verdict(await ask(hadolint, ['--no-color', file]))),
    },
    {
      title: `the Dockerfile and its ${targets.length} targets, by BuildKit`,
      needs: ['buildkit'],
      check: async ({ buildkit }) => verdict(await ask(buildkit, [DOCKERFILE, ...targets])),
      breaks: ({ buildkit }) => brokenDockerfile(async (file) => verdict(await ask(buildkit, [file]))),
    },
    {
      title: 'compose.yaml, by Docker Compose',
      needs: ['compose'],
      check: (paths) => composeConfig(paths, ['compose.yaml']),
      breaks: (paths) => composeConfig(paths, ['compose.yaml', '../observability/prometheus.yaml']),
    },
    {
      title: 'compose.yaml with compose.gpu.yaml, by Docker Compose',
      needs: ['compose'],
      check: (paths) => composeConfig(paths, ['compose.yaml', 'compose.gpu.yaml']),
    },
    ...OVERLAYS.map((overlay) => ({
      title: `kubernetes/${overlay}, by kustomize and kubeconform`,
      needs: ['kustomize', 'kubeconform', 'schemas'],
      check: (paths) => kubeconform(paths, overlay),
      breaks: (paths) => kubeconform(paths, overlay, (text) => text.replaceAll('envFrom:', 'envForm:')),
    })),
    {
      title: 'custom resources of kubernetes/overlays/standard, by their schemas',
      needs: ['kustomize', 'models'],
      check: (paths) => customResources(paths, 'overlays/standard'),
    },
    {
      title: 'alerts.yaml, by promtool',
      needs: ['promtool'],
      check: async ({ promtool }) => verdict(await ask(promtool, ['check', 'rules', at('observability/alerts.yaml')])),
    },
    {
      title: 'alerts under series, by promtool',
      needs: ['promtool'],
      check: async ({ promtool }) =>
        verdict(await ask(promtool, ['test', 'rules', at('observability/alerts.test.yaml')])),
    },
    {
      title: 'prometheus.yaml, by promtool',
      needs: ['promtool'],
      check: async ({ promtool }) =>
        verdict(await ask(promtool, ['check', 'config', at('observability/prometheus.yaml')])),
    },
    { title: 'queries of the dashboard, by promtool', needs: ['promtool'], check: (paths) => dashboardQueries(paths) },
  ];
}
