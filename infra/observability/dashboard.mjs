// The Grafana dashboard as a table of panels: title, query, unit. generate.mjs writes it as JSON.

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const WIDTH = 24;
const HEIGHT = 8;
const STAGE = 'stage=~"$stage"';
const QUEUES = 'taskqueue!~"temporal_sys.+|default_worker_tq"';
const OF_PRODUCT = 'job=~"(.+/)?portrait"';
const FAILED = 'outcome!~"done|cached|CANCELLED"';

/** Time that so many of 100 requests, or tasks, do not exceed; `by` beside le. */
const quantile = (share, histogram, by = []) =>
  `histogram_quantile(${share}, sum by (${[...by, 'le'].join(', ')}) (rate(${histogram}[5m])))`;

const query = (expr, legend) => ({ expr, legend });
const time = (title, unit, description, queries, more = {}) => ({
  type: 'timeseries',
  title,
  unit,
  description,
  queries,
  ...more,
});
const stat = (title, unit, description, queries) => ({ type: 'stat', title, unit, description, queries, height: 4 });
const STACKED = { stacked: true };

const ROWS = {
  Now: [
    stat('Services that answer', 'short', 'Copies of services that Prometheus reaches.', [
      query(`sum(up{${OF_PRODUCT}})`),
    ]),
    stat('Jobs running', 'short', 'Jobs that stage services work on at this moment.', [
      query('sum(portrait_jobs_running)'),
    ]),
    stat('Jobs waiting', 'short', 'Tasks that no worker has taken yet.', [
      query(`sum(approximate_backlog_count{task_type="Activity",${QUEUES}})`),
    ]),
    stat('Failed in the last hour', 'short', 'Jobs that ended with an error, retries counted each.', [
      query(`sum(increase(portrait_jobs_finished_total{${FAILED}}[1h])) or vector(0)`),
    ]),
    stat('Videos in the last hour', 'short', 'Videos whose parts were joined.', [
      query('sum(increase(portrait_jobs_finished_total{stage="join",outcome=~"done|cached"}[1h])) or vector(0)'),
    ]),
    stat('Cores in use', 'short', 'CPU time of all services by the second.', [
      query(`sum(rate(process_cpu_seconds_total{${OF_PRODUCT}}[5m]))`),
    ]),
    time(
      'Jobs running by stage',
      'short',
      'A training service takes one at a time.',
      [query(`sum by (stage) (portrait_jobs_running{${STAGE}})`, '{{stage}}')],
      STACKED,
    ),
    time(
      'Queue backlog',
      'short',
      'Tasks that wait, by queue; queues are named after stages.',
      [query(`sum by (taskqueue) (approximate_backlog_count{task_type="Activity",${QUEUES}})`, '{{taskqueue}}')],
      STACKED,
    ),
    time('Longest wait', 's', 'Age of the oldest task that no worker has taken.', [
      query(`max by (taskqueue) (approximate_backlog_age_seconds{task_type="Activity",${QUEUES}})`, '{{taskqueue}}'),
    ]),
  ],
  Jobs: [
    time(
      'Jobs by stage',
      'short',
      'Jobs that came to an end, by hour.',
      [query(`sum by (stage) (increase(portrait_jobs_finished_total{${STAGE}}[1h]))`, '{{stage}}')],
      STACKED,
    ),
    time(
      'Jobs by outcome',
      'short',
      'done: computed; cached: known already; otherwise the error code.',
      [query(`sum by (outcome) (increase(portrait_jobs_finished_total{${STAGE}}[1h]))`, '{{outcome}}')],
      STACKED,
    ),
    time(
      'Failures by code',
      'short',
      'docs/cli.md says what each code means.',
      [
        query(
          `sum by (stage, outcome) (increase(portrait_jobs_finished_total{${STAGE},${FAILED}}[1h])) > 0`,
          '{{stage}} {{outcome}}',
        ),
      ],
      STACKED,
    ),
  ],
  'Time and cost': [
    time('Seconds by stage, half of all', 's', 'Half of the computed jobs took no longer.', [
      query(
        `histogram_quantile(0.5, sum by (stage, le) (rate(portrait_job_seconds_bucket{${STAGE}}[1h])))`,
        '{{stage}}',
      ),
    ]),
    time('Seconds by stage, 95 of 100', 's', '95 of 100 computed jobs took no longer.', [
      query(
        `histogram_quantile(0.95, sum by (stage, le) (rate(portrait_job_seconds_bucket{${STAGE}}[1h])))`,
        '{{stage}}',
      ),
    ]),
    time(
      'Core-seconds by stage',
      's',
      'CPU time of computed jobs by hour, counted when a job ends: what a run costs.',
      [query(`sum by (stage) (increase(portrait_core_seconds_total{${STAGE}}[1h]))`, '{{stage}}')],
      STACKED,
    ),
  ],
  Memory: [
    time('Most memory of the last job', 'bytes', 'Peak of the process during the last job.', [
      query(`max by (stage) (portrait_job_peak_bytes{${STAGE}})`, '{{stage}}'),
    ]),
    time('Memory by service', 'bytes', 'Resident memory of the largest copy.', [
      query(`max by (service) (process_resident_memory_bytes{${OF_PRODUCT}})`, '{{service}}'),
    ]),
  ],
  API: [
    time(
      'Time to answer',
      's',
      'So many of 100 requests took no longer. Streams of events and probes are not counted.',
      [
        query(quantile(0.5, 'portrait_http_request_seconds_bucket'), 'half'),
        query(quantile(0.95, 'portrait_http_request_seconds_bucket'), '95 of 100'),
        query(quantile(0.99, 'portrait_http_request_seconds_bucket'), '99 of 100'),
      ],
    ),
    time('Time to answer by endpoint, 95 of 100', 's', 'The endpoints that answer slowest.', [
      query(
        `topk(8, ${quantile(0.95, 'portrait_http_request_seconds_bucket', ['method', 'route'])})`,
        '{{method}} {{route}}',
      ),
    ]),
    time('Delay of the API', 's', 'How far its event loop is behind: every answer is late by as much.', [
      query('max(nodejs_eventloop_lag_p99_seconds{service="api"})', '99 of 100'),
      query('max(nodejs_eventloop_lag_p50_seconds{service="api"})', 'half'),
    ]),
    time(
      'Requests by answer',
      'reqps',
      '2xx done, 4xx refused, 5xx failed on our side, gone: the caller left before the answer.',
      [query('sum by (status) (rate(portrait_http_request_seconds_count[5m]))', '{{status}}')],
      STACKED,
    ),
    time('Failed requests', 'percentunit', 'Share of requests answered with 5xx.', [
      query(
        '(sum(rate(portrait_http_request_seconds_count{status="5xx"}[5m])) or vector(0)) / ' +
          'sum(rate(portrait_http_request_seconds_count[5m]))',
        '5xx',
      ),
    ]),
    time(
      'Failed requests by endpoint',
      'reqps',
      'Where 5xx come from.',
      [
        query(
          'sum by (method, route) (rate(portrait_http_request_seconds_count{status="5xx"}[5m])) > 0',
          '{{method}} {{route}}',
        ),
      ],
      STACKED,
    ),
    time('Open now', 'short', 'Requests being answered, and streams of events.', [
      query('sum(portrait_http_requests_in_flight)', 'requests'),
      query('sum(portrait_event_streams_open)', 'streams'),
    ]),
    time(
      'Webhook deliveries',
      'short',
      'Attempts by hour: delivered, again (will be tried again), given-up (the last of ten failed), unwanted (410).',
      [query('sum by (outcome) (increase(portrait_webhook_deliveries_total[1h]))', '{{outcome}}')],
      STACKED,
    ),
  ],
  Batches: [
    time('Render work left', 'short', 'Parts of videos that wait or are being rendered.', [
      query(
        'sum(approximate_backlog_count{task_type="Activity",taskqueue="render"}) + ' +
          'sum(portrait_jobs_running{stage="render"})',
        'left',
      ),
    ]),
    time(
      'Time to the end of it',
      's',
      'Work left over the rate of the last hour; a batch has its own, better forecast in the API.',
      [
        query(
          '(sum(approximate_backlog_count{task_type="Activity",taskqueue="render"}) + ' +
            'sum(portrait_jobs_running{stage="render"})) / ' +
            'sum(rate(portrait_jobs_finished_total{stage="render"}[1h]))',
          'to go',
        ),
      ],
    ),
    time('Videos by hour', 'short', 'Videos whose parts were joined.', [
      query('sum(increase(portrait_jobs_finished_total{stage="join",outcome=~"done|cached"}[1h]))', 'videos'),
    ]),
  ],
  'Workers of Temporal': [
    time(
      'Wait of stages, 95 of 100',
      's',
      'From asking for a stage to its start, by queue: long during a batch, and when there are too few copies.',
      [
        query(
          quantile(0.95, 'temporal_activity_schedule_to_start_latency_seconds_bucket', ['task_queue']),
          '{{task_queue}}',
        ),
      ],
    ),
    time(
      'Wait of workflows, 95 of 100',
      's',
      'From the next step being known to an orchestrator that takes it. ' +
        'Milliseconds, or there are too few orchestrators.',
      [
        query(
          quantile(0.95, 'temporal_workflow_task_schedule_to_start_latency_seconds_bucket', ['task_queue']),
          '{{task_queue}}',
        ),
      ],
    ),
    time(
      'Slots in use',
      'percentunit',
      'Share of the jobs a service may take that it is working on; 100 % means that the next one waits.',
      [
        query(
          'sum by (task_queue) (temporal_worker_task_slots_used) / ' +
            '(sum by (task_queue) (temporal_worker_task_slots_used) + ' +
            'sum by (task_queue) (temporal_worker_task_slots_available))',
          '{{task_queue}}',
        ),
      ],
    ),
  ],
  Temporal: [
    time('Requests by service', 'reqps', 'Requests that parts of the server answer.', [
      query('sum by (service_name) (rate(service_requests[5m]))', '{{service_name}}'),
    ]),
    time('Database, 95 of 100', 's', 'Time the database takes, by what is asked of it.', [
      query(
        'histogram_quantile(0.95, sum by (operation, le) (rate(persistence_latency_bucket[5m]))) > 0.05',
        '{{operation}}',
      ),
    ]),
    time('Errors by type', 'short', 'NotFound is ordinary: much is asked for that is not there yet.', [
      query(
        'sum by (error_type) (rate(persistence_error_with_type{error_type!~".*NotFound.*"}[5m]))',
        '{{error_type}}',
      ),
    ]),
    time('Tasks nobody polls for', 'short', 'Anything here but zero: no worker serves the queue.', [
      query(`sum by (taskqueue) (increase(no_poller_tasks{${QUEUES}}[10m])) > 0`, '{{taskqueue}}'),
    ]),
  ],
};

const target = ({ expr, legend }, i) => ({
  datasource: DATASOURCE,
  refId: 'ABCDEF'[i],
  expr,
  legendFormat: legend ?? '',
  ...(legend === undefined ? { instant: true } : { range: true }),
});

function panel({ type, title, unit, description, queries, stacked = false }, id, gridPos) {
  const custom =
    type === 'timeseries'
      ? {
          custom: {
            drawStyle: 'line',
            fillOpacity: stacked ? 40 : 5,
            lineWidth: 1,
            showPoints: 'never',
            stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
          },
        }
      : {};
  const options =
    type === 'stat'
      ? {
          reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
          colorMode: 'value',
          graphMode: 'none',
          textMode: 'auto',
        }
      : {
          legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
          tooltip: { mode: 'multi', sort: 'desc' },
        };
  return {
    id,
    type,
    title,
    description,
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: { defaults: { unit, min: 0, ...custom }, overrides: [] },
    options,
    targets: queries.map(target),
  };
}

/** Panels left to right, row by row. */
function layOut() {
  const panels = [];
  let y = 0;
  for (const [title, entries] of Object.entries(ROWS)) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { h: 1, w: WIDTH, x: 0, y },
      panels: [],
    });
    y += 1;
    for (const kind of ['stat', 'timeseries']) {
      const group = entries.filter(({ type }) => type === kind);
      const columns = Math.min(group.length, kind === 'stat' ? 6 : group.length === 4 ? 4 : 3);
      group.forEach((entry, i) => {
        const [w, h] = [WIDTH / columns, entry.height ?? HEIGHT];
        panels.push(
          panel(entry, panels.length + 1, { h, w, x: (i % columns) * w, y: y + Math.floor(i / columns) * h }),
        );
      });
      if (group.length > 0) y += Math.ceil(group.length / columns) * (group[0].height ?? HEIGHT);
    }
  }
  return panels;
}

export function dashboard() {
  return {
    uid: 'talking-portrait',
    title: 'Talking portrait studio',
    description: 'Jobs, queues, time, cost and memory of every stage.',
    tags: ['talking-portrait'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-12h', to: 'now' },
    timezone: 'browser',
    templating: {
      list: [
        {
          name: 'datasource',
          label: 'Data source',
          type: 'datasource',
          query: 'prometheus',
          current: {},
          hide: 0,
          regex: '',
        },
        {
          name: 'stage',
          label: 'Stage',
          type: 'query',
          datasource: DATASOURCE,
          query: { query: 'label_values(portrait_jobs_finished_total, stage)', refId: 'stage' },
          definition: 'label_values(portrait_jobs_finished_total, stage)',
          includeAll: true,
          allValue: '.+',
          multi: true,
          current: { selected: true, text: ['All'], value: ['$__all'] },
          refresh: 2,
          sort: 1,
        },
      ],
    },
    annotations: { list: [] },
    links: [],
    panels: layOut(),
  };
}
