// The report as one page: figures against their floors, plots, pictures. Opens anywhere; only the video is a second
// file.
import { escapeHtml, lineChart } from './plot.js';
import type { Report } from './report.js';

export interface ReportPictures {
  /** JPEG: rows of true, face in the frame, head over true torso, whole portrait, difference. */
  frames: Uint8Array;
  /** JPEG: true and rendered mouths where they differ most. */
  mouths: Uint8Array;
  /** File name of the side-by-side video, beside the page. */
  video: string;
}

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --fair: #9a6700; --bad: #cf222e }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 960px; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line) }
td.number { text-align: right; font-variant-numeric: tabular-nums }
.aim-met { color: var(--good) } .floor-met { color: var(--fair) }
.missed { color: var(--bad); font-weight: 600 } .not-measured { opacity: .6 }
img, video, svg { max-width: 100%; height: auto }
svg text { font-size: 11px; fill: currentColor } svg .title { font-size: 13px; font-weight: 600 }
svg .grid { stroke: var(--line) } svg .marker { stroke: currentColor; stroke-dasharray: 4 3; opacity: .6 }`;

function mouthVerdict({ mouthFollows: { follows, reason, advice } }: Report): string {
  const sentence = follows ? 'The mouth follows the audio' : 'The mouth does not follow the audio';
  return `<p class="${follows ? 'aim-met' : 'missed'}">${sentence}: ${escapeHtml(reason)} ${escapeHtml(advice)}</p>`;
}

function floorRows({ floors }: Report): string {
  const row = ({ name, value, unit, floor, aim, outcome }: Report['floors'][number]): string =>
    `<tr><td>${escapeHtml(name)}<td class="number">${show(value)} ${unit}<td>${floor}<td>${aim}` +
    `<td class="${outcome.replace(' ', '-')}">${outcome}</tr>`;
  return floors.map(row).join('');
}

export function reportHtml(report: Report, pictures: ReportPictures): string {
  const { metrics: m, heldOut, portrait } = report;
  const missed = report.floors.filter((f) => f.outcome === 'missed');
  const seconds = report.series.frame.map((f) => f / 25);
  const image = (bytes: Uint8Array, alt: string): string =>
    `<img alt="${escapeHtml(alt)}" src="data:image/jpeg;base64,${Buffer.from(bytes).toString('base64')}">`;
  return [
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" ' +
      `content="width=device-width"><title>Portrait report</title><style>${STYLE}</style>`,
    `<h1>Portrait report</h1><p>Frames ${heldOut.first} to ${heldOut.last} of the clip were ` +
      `never trained on; ${heldOut.count} of them were looked ` +
      `at${heldOut.stride > 1 ? ` (every ${heldOut.stride}.)` : ''}. Size ${portrait.size} px, ` +
      `audio by ${escapeHtml(portrait.extractor)} (version ${portrait.extractorVersion}), ` +
      `${portrait.headSteps} head steps and ${portrait.lipsSteps} lips steps on ` +
      `${portrait.trainFrames} frames.</p>`,
    `<h2>Does it speak?</h2>${mouthVerdict(report)}`,
    missed.length > 0
      ? '<h2>What misses its ' +
        `floor</h2><ul>${missed.map((f) => `<li class="missed">${escapeHtml(f.sentence)}</li>`).join('')}</ul>`
      : '<p>No floor is missed.</p>',
    `<h2>Figures</h2><table><tr><th>Figure<th>Value<th>Floor<th>Aim<th>Outcome</tr>${floorRows(report)}</table>`,
    `<table><tr><th>Further figures<th>Value</tr>${furtherFigures(report)
      .map(([name, value]) => `<tr><td>${escapeHtml(name)}<td class="number">${escapeHtml(value)}</tr>`)
      .join('')}</table>`,
    '<h2>True beside rendered</h2><video controls ' +
      `src="${escapeHtml(pictures.video)}"></video><p>True, rendered, difference ×4.</p>`,
    image(pictures.frames, 'True frames, face in the frame, head over true torso, whole portrait, difference'),
    '<h2>Mouths that differ most</h2><p>True above, rendered ' +
      `below.</p>${image(pictures.mouths, 'Mouths at the largest errors')}`,
    '<h2>Curves</h2>',
    lineChart({
      title: 'Mouth opening',
      x: seconds,
      xLabel: 'seconds of the clip',
      yLabel: 'lips / face height',
      series: [
        { label: 'true', colour: '#57606a', values: report.series.trueOpening },
        { label: 'rendered', colour: '#0969da', values: report.series.renderedOpening },
        ...(m.mouth.wrongAudioCorrelation === null
          ? []
          : [{ label: 'wrong audio', colour: '#bf872488', values: report.series.wrongAudioOpening }]),
      ],
    }),
    m.sync
      ? lineChart({
          title: 'Sound against picture',
          x: m.sync.curve.map((c) => c.offset),
          marker: 0,
          xLabel: 'sound late by, frames',
          yLabel: 'correlation',
          series: [
            { label: 'rendered', colour: '#0969da', values: m.sync.curve.map((c) => c.correlation) },
            ...(m.truthSync
              ? [{ label: 'true', colour: '#57606a', values: m.truthSync.curve.map((c) => c.correlation) }]
              : []),
          ],
        })
      : '',
    lineChart({
      title: 'Picture quality',
      x: seconds,
      xLabel: 'seconds of the clip',
      yLabel: 'PSNR, dB',
      series: [
        { label: 'head', colour: '#0969da', values: report.series.psnrHead },
        { label: 'mouth', colour: '#cf222e', values: report.series.psnrMouth },
      ],
    }),
    '</html>\n',
  ].join('\n');
}

function furtherFigures({ metrics: m }: Report): [string, string][] {
  return [
    ['PSNR, mouth rectangle, dB', show(m.head.psnrMouth)],
    ['Whole portrait (torso model, plate): PSNR, dB', show(m.composite?.psnrFull ?? null)],
    ['Whole portrait: LPIPS', show(m.composite?.lpips ?? null)],
    [
      'Inside the replaced region, dB: face, head',
      `${show(m.footage?.face.psnrReplaced ?? null)}, ${show(m.footage?.head.psnrReplaced ?? null)}`,
    ],
    [
      'Gradient across the seam, rendered / recorded: face, head',
      `${show(m.footage?.face.seam ?? null)}, ${show(m.footage?.head.seam ?? null)}`,
    ],
    ['Length of the loop, s', show(m.footage?.loop?.seconds ?? null)],
    ['Landmark distance of a still mouth, px', show(m.mouth.lmdStill)],
    ['Correlation reached by chance (95th percentile)', show(m.mouth.chance)],
    [
      'Sound against picture to a part of a frame; correlation, confidence',
      m.sync ? `${show(m.sync.fineOffset)}; ${show(m.sync.peak)}, ${show(m.sync.confidence)}` : 'not measured',
    ],
    [
      'The same on the true frames',
      m.truthSync
        ? `${show(m.truthSync.fineOffset)}; ${show(m.truthSync.peak)}, ${show(m.truthSync.confidence)}`
        : 'not measured',
    ],
    [
      'Action units, mean difference of scores: lower face, upper face',
      `${show(m.actionUnits.lower)}, ${show(m.actionUnits.upper)}`,
    ],
    ['Head jitter, px: rendered, true', `${show(m.jitter.rendered)}, ${show(m.jitter.truth)}`],
    ['Eyes: correlation with the true ones, amplitude', `${show(m.blink.correlation)}, ${show(m.blink.amplitude)}`],
    ['Faces found in rendered frames', `${(100 * m.faceFound).toFixed(1)} %`],
    ['Network evaluations a frame', Math.round(m.samplesPerFrame).toLocaleString('en')],
  ];
}

const show = (value: number | null): string =>
  value === null ? 'not measured' : `${Number(value.toFixed(Math.abs(value) < 1 ? 3 : 2))}`;
