// Checks the manifests without a cluster: generated from the graph, restricted pods, secrets by reference, drain
// times, network policies. tools.spec.mjs asks kustomize and the schemas of the API.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readServiceSettings, readSettings, SERVICE_SETTINGS, SETTINGS } from '@portrait/config';
import { STAGES, stageQueue } from '@portrait/contracts';
import { parse, parseAllDocuments } from 'yaml';
import { listServices } from '../../infra/images/services.mjs';
import { readPackages, root } from '../../infra/images/workspace.mjs';
import { kubernetesFiles } from '../../infra/kubernetes/kubernetes.mjs';
import { NAMESPACE_LABELS, SECRETS, TEMPORAL_SECRET } from '../../infra/kubernetes/settings.mjs';

const read = (path) => readFileSync(join(root, path), 'utf8');
const services = listServices({ STAGES, stageQueue }, readPackages());
const { groups } = parse(read('infra/observability/alerts.yaml'));
const files = kubernetesFiles(services, groups);
const objects = Object.entries(files)
  .filter(
    ([path]) =>
      /\/(base|jobs|components)\//.test(path) && path.endsWith('.yaml') && !path.endsWith('kustomization.yaml'),
  )
  .flatMap(([, text]) => parseAllDocuments(text).map((entry) => entry.toJS()));
const ofKind = (kind) => objects.filter((entry) => entry.kind === kind);
const deployments = ofKind('Deployment');
const pods = [...deployments, ...ofKind('Job')].map(({ metadata: { name }, spec: { template } }) => ({
  name,
  labels: template.metadata.labels,
  spec: template.spec,
  container: template.spec.containers[0],
}));
const settingsOf = (path) =>
  Object.fromEntries(
    read(path)
      .split('\n')
      .flatMap((line) =>
        /^[A-Z]/.test(line) ? [[line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]] : [],
      ),
  );
const configMap = settingsOf('infra/kubernetes/components/settings/settings.env');

describe('the manifests', () => {
  it('are what they are generated from (node infra/kubernetes/generate.mjs), and nothing else lies there', () => {
    for (const [path, text] of Object.entries(files)) expect([path, read(path)]).toEqual([path, text]);
    const there = ['base', 'jobs', 'components', 'overlays'].flatMap((folder) =>
      readdirSync(join(root, 'infra/kubernetes', folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)),
    );
    expect(there.sort()).toEqual(Object.keys(files).sort());
  });

  it('hold one Deployment, budget and account a service', () => {
    const names = services.map(({ name }) => name).sort();
    expect(deployments.map(({ metadata }) => metadata.name).sort()).toEqual(names);
    expect(
      ofKind('PodDisruptionBudget')
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual(names);
    expect(
      ofKind('ServiceAccount')
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual(names.map((name) => `portrait-${name}`));
  });

  it('hold no secret, and refer to those that the guide names', () => {
    expect(objects.filter(({ kind }) => kind === 'Secret')).toEqual([]);
    const referred = new Set(
      pods.flatMap(({ container }) => container.env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? [])),
    );
    expect([...referred].sort()).toEqual([...Object.keys(SECRETS), TEMPORAL_SECRET].sort());
    const page = read('docs/operating.md');
    expect([...referred].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('pods', () => {
  it.each(pods)('of $name are restricted', ({ spec, container }) => {
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(spec.automountServiceAccountToken).toBe(false);
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.resources).toMatchObject({
      requests: { cpu: expect.anything(), memory: expect.anything() },
      limits: { cpu: expect.anything(), memory: expect.anything() },
    });
    expect(container.image).toMatch(/:\d+\.\d+\.\d+$/);
  });

  it.each(pods)('of $name use settings that the product has, with values it accepts', ({ container }) => {
    const env = {
      ...configMap,
      ...Object.fromEntries(container.env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]))),
    };
    const names = [...Object.keys(env), ...container.env.map(({ name }) => name)].filter((name) =>
      name.startsWith('PORTRAIT_'),
    );
    expect(names.filter((name) => !(name in { ...SETTINGS, ...SERVICE_SETTINGS }))).toEqual([]);
    expect(() => readSettings(env)).not.toThrow();
    expect(() => readServiceSettings(env)).not.toThrow();
  });

  it('of services are asked how they are, and given the time to drain', () => {
    const { drainSeconds } = readServiceSettings(configMap);
    for (const {
      spec: {
        template: { spec },
      },
    } of deployments) {
      const [{ livenessProbe, readinessProbe, startupProbe, lifecycle, ports }] = spec.containers;
      expect([livenessProbe.httpGet.path, readinessProbe.httpGet.path, startupProbe.httpGet.path]).toEqual([
        '/livez',
        '/readyz',
        '/livez',
      ]);
      expect(ports).toContainEqual({ name: 'health', containerPort: 9464 });
      const pause = Number(lifecycle.preStop.exec.command[1]);
      expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(pause + drainSeconds);
    }
  });

  it('hold the keys of their role only', () => {
    for (const { name, stages } of services) {
      const { container } = pods.find((pod) => pod.name === name);
      const secrets = [...new Set(container.env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? []))];
      expect([name, secrets]).toEqual([
        name,
        name === 'orchestrator'
          ? [TEMPORAL_SECRET]
          : stages.length > 0
            ? ['portrait-store-stage', TEMPORAL_SECRET]
            : ['portrait-store-api', 'portrait-store-erase', 'portrait-database', TEMPORAL_SECRET],
      ]);
    }
  });

  it('keep local copies within their disk', () => {
    for (const { spec, container } of pods) {
      const cache = Number(container.env.find(({ name }) => name === 'PORTRAIT_ARTIFACT_CACHE_BYTES')?.value ?? 0);
      const disk =
        Number(spec.volumes.find(({ name }) => name === 'cache')?.emptyDir.sizeLimit.replace('Gi', '') ?? 1) * 2 ** 30;
      expect(cache).toBeLessThan(disk);
    }
  });
});

describe('network policies', () => {
  const policies = Object.fromEntries(ofKind('NetworkPolicy').map((policy) => [policy.metadata.name, policy.spec]));
  const selects = ({ matchLabels = {}, matchExpressions = [] }, labels) =>
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, values }) => values.includes(labels[key]));
  const reaching = (labels, direction) =>
    Object.entries(policies)
      .filter(([, { podSelector, [direction]: rules }]) => rules !== undefined && selects(podSelector, labels))
      .map(([name]) => name);

  it('deny everything that no other allows', () => {
    expect(policies['default-deny']).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  });

  it('let the API be reached, by namespaces that are labelled for it, and nothing else but to be scraped', () => {
    for (const { name, labels } of pods)
      expect([name, reaching(labels, 'ingress')]).toEqual([name, name === 'api' ? ['to-api', 'scrape'] : ['scrape']]);
    expect(policies['to-api'].ingress).toEqual([
      {
        from: [{ namespaceSelector: { matchLabels: NAMESPACE_LABELS.ingress } }],
        ports: [{ port: 8080, protocol: 'TCP' }],
      },
    ]);
  });

  it('let each reach what it needs', () => {
    const needs = { orchestrator: [], api: ['to-store', 'to-database', 'api-to-world'], migrate: ['to-database'] };
    for (const { name, labels } of pods)
      expect([name, reaching(labels, 'egress').sort()]).toEqual([
        name,
        ['names', 'to-temporal', 'to-collector', ...(needs[name] ?? ['to-store'])].sort(),
      ]);
  });

  it('keep what callers name away from private addresses', () => {
    const [
      {
        to: [
          {
            ipBlock: { except },
          },
        ],
      },
    ] = policies['api-to-world'].egress;
    expect(except).toEqual(
      expect.arrayContaining(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '127.0.0.0/8']),
    );
  });
});

describe('scaling', () => {
  it('watches the queue of every stage service, and counts what is being worked on', () => {
    const scaled = ofKind('ScaledObject');
    expect(scaled.map(({ spec }) => spec.scaleTargetRef.name).sort()).toEqual(
      [...new Set(Object.keys(STAGES).map(stageQueue))].sort(),
    );
    for (const {
      spec: { scaleTargetRef, triggers, advanced },
    } of scaled) {
      expect(triggers.map(({ type, name }) => `${type} ${name}`)).toEqual(['temporal waiting', 'prometheus running']);
      expect(triggers[0].metadata.taskQueue).toBe(scaleTargetRef.name);
      expect(triggers[1].metadata.query).toContain(`service="${scaleTargetRef.name}"`);
      expect(advanced.scalingModifiers.formula).toBe('waiting + running');
    }
  });

  it('is not undone by applying the manifests again', () => {
    const counted = new Set(
      [...ofKind('ScaledObject'), ...ofKind('HorizontalPodAutoscaler')].map(({ spec }) => spec.scaleTargetRef.name),
    );
    expect(
      deployments.filter(({ metadata, spec }) => counted.has(metadata.name) && spec.replicas !== undefined),
    ).toEqual([]);
  });
});

describe('the other objects', () => {
  it('carry the alerts as they are', () => {
    expect(ofKind('PrometheusRule')[0].spec.groups).toEqual(groups);
  });

  it('scrape the port that pods name', () => {
    const [
      {
        spec: {
          selector: { matchLabels },
          podMetricsEndpoints: [{ port }],
        },
      },
    ] = ofKind('PodMonitor');
    for (const {
      spec: { template },
    } of deployments) {
      expect(template.metadata.labels).toMatchObject(matchLabels);
      expect(template.spec.containers[0].ports.map(({ name }) => name)).toContain(port);
    }
  });
});
