// The page of a run: one HTML document that shows inputs, parameters, time, memory, warnings, metrics and previews of
// every stage. Videos are files beside it.
import { PORTRAIT_GRAPH, type Finding, type StageReport } from '@portrait/contracts';
import { formatBytes, formatCount, formatDuration } from '@portrait/observability';
import { findingText } from '../terminal/progress-view.js';
import { VERSION } from '../version.js';
import type { RunView, StageView, VideoView } from './collect-run.js';
import { stageDiagram, type NodeMark } from './diagram.js';
import { html, raw, type Html } from './html.js';
import { PAGE_STYLE } from './page-style.js';

const short = (digest: string): string => digest.slice(0, 12);
const readable = (name: string): string => name.replace(/\.[a-z0-9]+$/i, '').replace(/[-_]+/g, ' ');

export function document(title: string, body: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>${title}</title>
        <style>
          ${raw(PAGE_STYLE)}
        </style>
      </head>
      <body>
        <main>
          ${body}
          <footer>
            talking-portrait-studio ${VERSION}. Synthetic video of a real person: show it only as what it is.
          </footer>
        </main>
      </body>
    </html> `.text;
}

const stateOf = ({ report, failure }: StageView): 'done' | 'failed' | 'waiting' =>
  failure !== null ? 'failed' : report !== null ? 'done' : 'waiting';
const WORDS = { done: 'done', failed: 'failed', waiting: 'not run yet' } as const;

function marks(stages: readonly StageView[]): Record<string, NodeMark> {
  return Object.fromEntries(
    stages.map((view) => [
      view.node,
      {
        state: stateOf(view),
        href: `#${view.node}`,
        ...(view.report === null ? {} : { note: formatDuration(view.report.wallMs) }),
      },
    ]),
  );
}

function times(stages: readonly StageView[]): Html {
  const run = stages.flatMap(({ title, report }) => (report === null ? [] : [{ title, report }]));
  const longest = Math.max(1, ...run.map(({ report }) => report.wallMs));
  return html`<div class="bars">
    ${run.map(
      ({ title, report }) =>
        html`<span>${title}</span>
          <div class="bar"><i style="width:${((100 * report.wallMs) / longest).toFixed(1)}%"></i></div>
          <span>${formatDuration(report.wallMs)}</span>`,
    )}
  </div>`;
}

function findings({ findings: list }: StageReport): Html | null {
  if (list.length === 0) return null;
  const item = (finding: Finding): Html =>
    html`<li><span class="chip ${finding.level}">${finding.level}</span><span>${findingText(finding)}</span></li>`;
  return html`<h3>Findings</h3>
    <ul class="findings">
      ${list.map(item)}
    </ul>`;
}

function metrics({ metrics: values }: StageReport): Html | null {
  const rows = Object.entries(values);
  return rows.length === 0
    ? null
    : html`<h3>Metrics</h3>
        <table class="metrics">
          ${rows.map(
            ([name, value]) =>
              html`<tr>
                <td class="name">${name}</td>
                <td class="value">${formatCount(value)}</td>
              </tr>`,
          )}
        </table>`;
}

function parameters({ parameters: list }: StageView): Html | null {
  if (list.length === 0) return null;
  const row = ({ path, value, changed, meaning }: StageView['parameters'][number]): Html =>
    html`<tr>
      <td class="name">${path}</td>
      <td class="value ${changed && 'changed'}">${value}</td>
      <td class="name">${meaning}</td>
    </tr>`;
  const changed = list.filter((entry) => entry.changed);
  return html`${
      changed.length > 0 &&
      html`<h3>Parameters that differ from the default</h3>
        <table>
          ${changed.map(row)}
        </table>`
    }
    <details>
      <summary>All ${list.length} parameters</summary>
      <table>
        ${list.map(row)}
      </table>
    </details>`;
}

function artifacts(report: StageReport): Html {
  const inputs = Object.entries(report.inputs).map(
    ([role, digest]) =>
      html`<tr>
        <td class="name">${role}</td>
        <td><code>${short(digest)}</code></td>
      </tr>`,
  );
  const outputs = Object.entries(report.outputs).flatMap(([role, ref]) =>
    Object.entries(ref.files).map(
      ([file, { bytes }], i) =>
        html`<tr>
          <td class="name">${i === 0 ? role : ''}</td>
          <td>${file}</td>
          <td>${formatBytes(bytes)}</td>
          <td><code>${short(ref.digest)}</code></td>
        </tr>`,
    ),
  );
  return html`<div class="columns">
    <div>
      <h3>Inputs</h3>
      <table>
        ${inputs}
      </table>
    </div>
    <div>
      <h3>Outputs</h3>
      <table>
        ${outputs}
      </table>
    </div>
  </div>`;
}

function pictures({ pictures: list }: StageView): Html | null {
  if (list.length === 0) return null;
  return html`<h3>Preview</h3>
    <div class="pictures">
      ${list.map(
        ({ name, mime, bytes }) =>
          html`<figure>
            <img alt="${readable(name)}" src="data:${mime};base64,${raw(bytes.toString('base64'))}" />
            <figcaption>${readable(name)}</figcaption>
          </figure>`,
      )}
    </div>`;
}

function stage(view: StageView): Html {
  const { report, failure, node, title } = view;
  const state = stateOf(view);
  const numbers =
    report &&
    [
      formatDuration(report.wallMs),
      `${formatDuration(report.cpuMs)} CPU`,
      `${formatBytes(report.peakRssBytes)} memory`,
      ...(report.resumed ? ['resumed from a checkpoint'] : []),
    ].join(' · ');
  const notRun = !report && !failure && html`<p class="lead">This stage has not run for this person yet.</p>`;
  return html`<section class="stage" id="${node}">
    <header>
      <b>${title}</b
      ><span class="chip ${state}">${WORDS[state]}</span>${numbers && html`<span class="numbers">${numbers}</span>`}
    </header>
    <div class="body">
      ${
        failure &&
        html`<h3>Failure</h3>
          <ul class="findings">
            <li>
              <span class="chip error">${failure.error.code}</span
              ><span>${failure.error.message} ${failure.error.hint}</span>
            </li>
          </ul>`
      }
      ${pictures(view)}${report && [findings(report), metrics(report), parameters(view), artifacts(report)]}${notRun}
      ${
        report &&
        html`<details>
          <summary>Run key</summary>
          <code>${report.key}</code> · started ${report.startedAt} · stage version ${report.version} · seed
          ${report.seed}
        </details>`
      }
    </div>
  </section>`;
}

export function videoFigure({ name, report }: VideoView): Html {
  const caption =
    report.stage === 'evaluate'
      ? 'Held-out frames: recorded and rendered side by side'
      : `Rendered ${report.startedAt.slice(0, 16).replace('T', ' ')} in ${formatDuration(report.wallMs)}`;
  return html`<figure>
    <video controls preload="metadata" src="${encodeURIComponent(name)}"></video>
    <figcaption>${caption}</figcaption>
  </figure>`;
}

function facts(view: RunView): Html {
  const { portrait, stages } = view;
  const reports = stages.flatMap(({ report }) => report ?? []);
  const warnings = reports.flatMap((report) => report.findings).filter((finding) => finding.level === 'warning').length;
  const entries: [string, string][] = [
    ['stages done', `${stages.filter((entry) => stateOf(entry) === 'done').length} of ${stages.length}`],
    ['time', formatDuration(reports.reduce((sum, report) => sum + report.wallMs, 0))],
    ['peak memory', formatBytes(Math.max(0, ...reports.map((report) => report.peakRssBytes)))],
    ['warnings', String(warnings)],
    ...(portrait === null
      ? []
      : ([
          ['preset', portrait.preset],
          ['seed', String(portrait.seed)],
          ['audio features', `${portrait.extractor.name} v${portrait.extractor.version}`],
          ['consent record', short(portrait.consent.digest)],
        ] as [string, string][])),
  ];
  return html`<dl class="facts">
    ${entries.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

export function runPage(view: RunView): string {
  const graphStages = view.stages.filter(({ node }) => node in PORTRAIT_GRAPH);
  return document(
    `Portrait of ${view.person}`,
    html` <h1>Portrait of ${view.person}</h1>
      <p class="lead">
        ${view.portrait === null ? 'The portrait is not complete yet. ' : ''}Every stage of the run with its inputs,
        parameters, cost, findings and outputs.
      </p>
      ${facts(view)}
      ${
        view.videos.length > 0 &&
        html`<h2>Videos</h2>
          <div class="videos">${view.videos.map(videoFigure)}</div>`
      }
      <h2>How it was made</h2>
      <div class="panel">${raw(stageDiagram(PORTRAIT_GRAPH, marks(graphStages)))}</div>
      <h2>Where the time went</h2>
      <div class="panel">${times(view.stages)}</div>
      <h2>Stages</h2>
      ${view.stages.map(stage)}`,
  );
}
