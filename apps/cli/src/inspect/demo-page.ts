// The first page of the demo: the new video, the comparison on held-out frames, the figures, and the way to everything else.
import { PORTRAIT_GRAPH } from '@portrait/contracts';
import { formatCount, formatDuration } from '@portrait/observability';
import type { RunView } from './collect-run.js';
import { stageDiagram } from './diagram.js';
import { html, raw, type Html } from './html.js';
import { document, videoFigure } from './run-page.js';

export interface DemoPage {
  view: RunView;
  /** File names beside the page. */
  video: string;
  runPage: string;
  report: string | null;
  speech: string;
  /** Who is seen, in words. */
  who: string;
  sample: boolean;
  wallMs: number;
}

/** What the figures of the report mean to someone who sees them for the first time; others are told by their name. */
const FIGURES: Record<string, string> = {
  psnrFull: 'PSNR, whole picture, dB',
  psnrHead: 'PSNR, head, dB',
  psnrMouth: 'PSNR, mouth, dB',
  lpips: 'LPIPS, lower is better',
  lmd: 'lip landmarks off by, px (a still mouth: 2)',
  psnrComposite: 'PSNR, all rendered, dB',
  lpipsComposite: 'LPIPS, all rendered',
  mouthCorrelation: 'mouth follows the sound, 1 is best',
  mouthAmplitude: 'mouth opens as far as recorded, 1 is equal',
  mouthCorrelationWrongAudio: 'the same with wrong sound, 0 is best',
  mouthSharpness: 'mouth as sharp as recorded, 1 is equal',
  avOffset: 'sound against picture, frames',
};

const words = (name: string): string => FIGURES[name] ?? name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();

function figures(view: RunView): Html | null {
  const metrics = Object.entries(view.stages.find(({ node }) => node === 'evaluate')?.report?.metrics ?? {});
  return metrics.length === 0
    ? null
    : html`<h2>Measured on frames it never saw</h2>
        <div class="cards">
          ${metrics.slice(0, 12).map(([name, value]) => html`<div class="card"><b>${formatCount(value)}</b><span>${words(name)}</span></div>`)}
        </div>`;
}

export function demoPage({ view, video, runPage, report, speech, who, sample, wallMs }: DemoPage): string {
  const comparison = view.videos.find((entry) => entry.report.stage === 'evaluate');
  return document(
    'A talking portrait',
    html` <h1>A talking portrait</h1>
      <p class="lead">
        Below, ${who} says something this person never said: the speech of <b>${speech}</b>. The portrait was learnt
        from the clip in ${formatDuration(wallMs)} on this machine, with the quick preset
        <b>${view.portrait?.preset ?? 'preview'}</b>.
      </p>
      <div class="videos">
        <figure>
          <video controls autoplay muted loop playsinline src="${encodeURIComponent(video)}"></video>
          <figcaption>Synthetic video. Unmute to hear it.</figcaption>
        </figure>
        ${comparison && videoFigure(comparison)}
      </div>
      ${figures(view)}
      <h2>How it was made</h2>
      <div class="panel">${raw(stageDiagram(PORTRAIT_GRAPH))}</div>
      <h2>Everything else</h2>
      <ul>
        <li><a href="${runPage}">Every stage of the run</a>: pictures, parameters, time, memory, warnings</li>
        ${report !== null && html`<li><a href="${report}">The report on held-out frames</a></li>`}
        <li>Your own: <code>npm run demo -- --video mine.mp4 --audio speech.wav</code></li>
      </ul>
      ${sample && view.person === 'sample' && html`<p class="lead">Sample: GRID corpus, speaker s1, Cooke, Barker, Cunningham and Shao (2006), CC BY 4.0.</p>`}`,
  );
}
