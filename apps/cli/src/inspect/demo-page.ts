// The first page of the demo: the new video, how to make one's own, and, folded away, the figures in plain words and
// everything else.
import { PORTRAIT_GRAPH } from '@portrait/contracts';
import { formatDuration } from '@portrait/observability';
import type { RunView } from './collect-run.js';
import { stageDiagram } from './diagram.js';
import { html, raw, type Html } from './html.js';
import { document, videoFigure } from './run-page.js';

/** One figure of the report, as evaluation judged it. */
export interface Figure {
  name: string;
  unit: string;
  value: number | null;
  floor: string;
  aim: string;
  outcome: 'aim met' | 'floor met' | 'missed' | 'not measured';
}

export interface DemoPage {
  view: RunView;
  /** File names beside the page. */
  video: string;
  runPage: string;
  report: string | null;
  speech: string;
  /** Who is seen, in words. */
  who: string;
  /** Person in the store, as commands take it. */
  person: string;
  sample: boolean;
  figures: readonly Figure[];
  wallMs: number;
}

/** What each figure asks, and what a viewer sees when it is missed. Others go by their name. */
const MEANINGS: Readonly<Record<string, readonly [question: string, missed: string]>> = {
  'PSNR, full frame': ['Does the whole picture look like the recording?', 'edges of the head or its colours are off'],
  'PSNR, head': ['Does the head look like the recording?', 'the head is a little blurred or misplaced'],
  'LPIPS, full frame': ['Would a viewer notice a difference?', 'fine structure such as hair or skin is missing'],
  'Landmark distance of the mouth': ['Do the lips have the right shape?', 'lip shapes are wrong in places'],
  'Mouth-opening correlation': ['Do the lips follow the sound?', 'the lips follow the sound only in part'],
  'Mouth-opening amplitude, rendered / true': [
    'Does the mouth open as far as it should?',
    'the mouth moves too little or too much',
  ],
  'Correlation with wrong audio': ['Does only the sound move the lips?', 'something besides the sound moves the lips'],
  'Sound against picture': ['Are sound and picture together?', 'lips and sound are visibly apart'],
  'Mouth sharpness, rendered / true': ['Is the mouth sharp?', 'lips and teeth are soft'],
  'Head jitter, rendered / true': ['Is the head steady?', 'the head trembles'],
};

const VERDICTS = {
  'aim met': ['very good', 'done'],
  'floor met': ['good enough', 'done'],
  missed: ['weak', 'warning'],
  'not measured': ['not measured', ''],
} as const satisfies Record<Figure['outcome'], readonly [words: string, chip: string]>;

function figureRow({ name, unit, value, floor, aim, outcome }: Figure): Html {
  const [question, missed] = MEANINGS[name] ?? [name, `expected ${floor}`];
  const [words, chip] = VERDICTS[outcome];
  const shown = value === null ? '' : `${Math.round(value * 1000) / 1000} ${unit}`.trim();
  return html`<tr>
    <td>${question}${outcome === 'missed' && html`<br /><small>What it means: ${missed}.</small>`}</td>
    <td><span class="chip ${chip}">${words}</span></td>
    <td class="name">${name}: ${shown} (needed ${floor}, aim ${aim})</td>
  </tr>`;
}

function figuresSection(figures: readonly Figure[]): Html | null {
  if (figures.length === 0) return null;
  const weak = figures.filter(({ outcome }) => outcome === 'missed').length;
  const summary =
    weak === 0
      ? 'How good is it? Good on every figure that was measured'
      : `How good is it? Weak on ${weak} of ${figures.length} figures`;
  return html`<details>
    <summary>${summary}</summary>
    <p class="lead">Measured on frames of the recording that the portrait never saw.</p>
    <table>
      ${figures.map(figureRow)}
    </table>
  </details>`;
}

const SAMPLE_CREDIT = html`<p class="lead">
  Recording: GRID corpus, speaker s1, Cooke, Barker, Cunningham and Shao (2006), CC BY 4.0.
</p>`;

export function demoPage(page: DemoPage): string {
  const { view, video, runPage, report, speech, who, person, sample, figures, wallMs } = page;
  const comparison = view.videos.find((entry) => entry.report.stage === 'evaluate');
  return document(
    'A talking portrait',
    html` <h1>A talking portrait</h1>
      <figure class="hero">
        <video controls autoplay muted loop playsinline src="${encodeURIComponent(video)}"></video>
        <figcaption>Synthetic video. Unmute to hear it.</figcaption>
      </figure>
      <p class="lead">
        ${who} says something this person never said: <b>${speech}</b>. The portrait was learnt from the recording in
        ${formatDuration(wallMs)} on this machine, with the quick preset <b>${view.portrait?.preset ?? 'preview'}</b>.
      </p>
      <h2>Say your own words</h2>
      <p>Record them as a sound file (WAV, MP3, M4A), then run in this folder:</p>
      <pre><code>npx portrait render --person ${person} --audio my-words.wav --out my-words.mp4</code></pre>
      <p>Your own face, with a minute of video of yourself talking:</p>
      <pre><code>npm run demo -- --video mine.mp4 --audio my-words.wav</code></pre>
      ${figuresSection(figures)}
      ${
        comparison &&
        html`<details>
          <summary>Recorded and rendered, side by side</summary>
          ${videoFigure(comparison)}
        </details>`
      }
      <details>
        <summary>How it was made</summary>
        <div class="panel">${raw(stageDiagram(PORTRAIT_GRAPH))}</div>
      </details>
      <p>
        <a href="${runPage}">Every stage of the run</a>: pictures, parameters, time, memory,
        warnings${report !== null && html` · <a href="${report}">The whole report</a>`}
      </p>
      ${sample && SAMPLE_CREDIT}`,
  );
}
