// Checks dashboard and alerts: every query is PromQL, every metric exists, every alert has a section in the
// operating guide. tools.spec.mjs runs promtool to prove that the alerts fire.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parser } from '@prometheus-io/lezer-promql';
import { createApiMetrics } from '@portrait/api';
import { SPAN_ATTRIBUTES } from '@portrait/observability';
import { createMetrics } from '@portrait/service-kit';
import { ERROR_TABLE } from '@portrait/contracts';
import { parse } from 'yaml';
import { dashboard } from '../../infra/observability/dashboard.mjs';
import {
  SCRAPE_METRICS,
  TEMPORAL_HISTOGRAMS,
  TEMPORAL_SDK_METRICS,
  TEMPORAL_SERVER_METRICS,
} from '../../infra/observability/metrics.mjs';
import { root } from '../../infra/images/workspace.mjs';

const read = (path) => readFileSync(join(root, path), 'utf8');
const { groups } = parse(read('infra/observability/alerts.yaml'));
const alerts = groups.flatMap(({ rules }) => rules);
const panels = dashboard().panels.filter(({ type }) => type !== 'row');
const queries = [
  ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr])),
  ...alerts.map(({ alert, expr }) => [alert, expr]),
];

/** Names of the metrics a query selects; throws where it is no PromQL. */
function metricsOf(expr) {
  const names = new Set();
  parser.parse(expr).iterate({
    enter({ type, name, from, to, node }) {
      if (type.isError) throw new Error(`no PromQL at ${from}: ${expr}`);
      if (name === 'VectorSelector') names.add(expr.slice(node.firstChild.from, node.firstChild.to));
      return to > from;
    },
  });
  return [...names];
}

/** What our services measure. */
function ourMetrics() {
  const { registry } = createMetrics('spec');
  createApiMetrics(registry);
  return registry.getMetricsAsJSON();
}

/** Everything that is there to be selected. */
async function known() {
  const metrics = await ourMetrics();
  const histograms = [
    ...metrics.filter(({ type }) => type === 'histogram').map(({ name }) => name),
    ...TEMPORAL_HISTOGRAMS,
  ];
  return new Set([
    ...metrics.map(({ name }) => name),
    ...TEMPORAL_SERVER_METRICS,
    ...TEMPORAL_SDK_METRICS,
    ...SCRAPE_METRICS,
    ...histograms.flatMap((name) => ['_bucket', '_sum', '_count'].map((end) => name + end)),
  ]);
}

describe('queries', () => {
  it.each(queries)('%s selects metrics that exist', async (_, expr) => {
    const names = metricsOf(expr);
    expect(names.length).toBeGreaterThan(0);
    const there = await known();
    expect(names.filter((name) => !there.has(name))).toEqual([]);
  });

  it('of histograms go over their buckets, and rates over counters', async () => {
    const metrics = new Map((await ourMetrics()).map(({ name, type }) => [name, type]));
    for (const [, expr] of queries) {
      for (const [, name] of expr.matchAll(/(?:rate|increase)\((portrait_\w+?|process_\w+?)[{[]/g))
        expect([expr, metrics.get(name.replace(/_(bucket|count)$/, ''))]).toEqual([
          expr,
          /_(bucket|count)$/.test(name) ? 'histogram' : 'counter',
        ]);
    }
  });

  it('name outcomes that jobs can have', () => {
    const outcomes = new Set(['done', 'cached', ...Object.keys(ERROR_TABLE)]);
    const named = queries.flatMap(([, expr]) =>
      [...expr.matchAll(/outcome(?:=~|!~|=)"([^"]+)"/g)].flatMap(([, list]) => list.split('|')),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((outcome) => !outcomes.has(outcome))).toEqual([]);
  });

  it('are refused when they are wrong', () => {
    expect(() => metricsOf('sum by (stage (portrait_jobs_running)')).toThrow(/no PromQL/);
    expect(metricsOf('rate(a_total{b="c_total"}[5m]) / on (d) e')).toEqual(['a_total', 'e']);
  });
});

describe('the dashboard', () => {
  it('is what it is generated from (node infra/observability/generate.mjs)', () => {
    expect(JSON.parse(read('infra/observability/grafana/dashboards/portrait.json'))).toEqual(dashboard());
  });

  it('has panels that do not cover each other, each told what it shows', () => {
    const all = dashboard().panels;
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const apart = (a, b) => a.x >= b.x + b.w || b.x >= a.x + a.w || a.y >= b.y + b.h || b.y >= a.y + a.h;
    for (const a of all)
      for (const b of all)
        if (a.id < b.id) expect([a.title, b.title, apart(a.gridPos, b.gridPos)]).toEqual([a.title, b.title, true]);
    expect(panels.filter(({ description, title }) => !description || !title)).toEqual([]);
  });

  it('is where Grafana looks for it', () => {
    const {
      providers: [
        {
          options: { path },
        },
      ],
    } = parse(read('infra/observability/grafana/provisioning/dashboards/portrait.yaml'));
    const {
      services: { grafana },
    } = parse(read('infra/compose/compose.yaml'));
    expect(grafana.volumes).toContain(`../observability/grafana/dashboards:${path}:ro`);
  });
});

describe('the operating guide', () => {
  const page = read('docs/operating.md');

  it('explains every metric of ours', async () => {
    const ours = (await ourMetrics()).map(({ name }) => name).filter((name) => name.startsWith('portrait_'));
    expect(ours.length).toBeGreaterThan(8);
    expect(ours.filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
  });

  it('names every attribute that a span may carry, and no other', () => {
    const section = page.slice(page.indexOf('### Traces'), page.indexOf('## Drain'));
    const named = new Set([...section.matchAll(/`((?:http|portrait|temporal)\.[\w.]+)`/g)].map(([, name]) => name));
    expect([...named].sort()).toEqual(Object.keys(SPAN_ATTRIBUTES).sort());
  });
});

describe('alerts', () => {
  const page = read('docs/operating.md');
  const anchors = new Set(
    [...page.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w\s-]/g, '')
        .trim()
        .replaceAll(/\s+/g, '-'),
    ),
  );

  it.each(alerts.map(({ alert, ...rest }) => [alert, rest]))(
    '%s says how urgent it is and where it is explained',
    (alert, { labels, annotations }) => {
      expect(['page', 'ticket']).toContain(labels.severity);
      const [path, anchor] = annotations.runbook_url.split('#');
      expect(existsSync(join(root, path))).toBe(true);
      expect(anchor).toBe(alert.toLowerCase());
      expect(anchors).toContain(anchor);
    },
  );

  it('are each explained once, and nothing else is', () => {
    const explained = [...page.matchAll(/^### ((?:Portrait|Temporal)[A-Z]\w+)$/gm)].map(([, name]) => name);
    expect(explained.sort()).toEqual(alerts.map(({ alert }) => alert).sort());
  });

  it('that wake somebody are each tried, as far as their test files reach', () => {
    const { tests } = parse(read('infra/observability/alerts.test.yaml'));
    const tried = new Set(tests.flatMap(({ alert_rule_test }) => alert_rule_test.map(({ alertname }) => alertname)));
    expect([...tried].filter((name) => !alerts.some(({ alert }) => alert === name))).toEqual([]);
    expect(tried.size).toBeGreaterThanOrEqual(5);
  });
});
