// Line charts as SVG text, for a page that must open without a network or a script.

export interface Series {
  label: string;
  colour: string;
  /** null leaves a gap. */
  values: readonly (number | null)[];
}

export interface LineChart {
  title: string;
  /** One a value. */
  x: readonly number[];
  series: readonly Series[];
  xLabel: string;
  yLabel: string;
  /** Value of x at which a vertical line is drawn. */
  marker?: number;
}

const WIDTH = 900;
const HEIGHT = 240;
const MARGIN = { top: 28, right: 16, bottom: 36, left: 56 };

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

export function lineChart({ title, x, series, xLabel, yLabel, marker }: LineChart): string {
  const numbers = series.flatMap((s) => s.values.filter((v) => v !== null));
  const [low, high] = numbers.length > 0 ? roomy(Math.min(...numbers), Math.max(...numbers)) : [0, 1];
  const [first, last] = [x[0] ?? 0, x.at(-1) ?? 1];
  const px = (v: number): number =>
    MARGIN.left + ((v - first) / (last - first || 1)) * (WIDTH - MARGIN.left - MARGIN.right);
  const py = (v: number): number =>
    HEIGHT - MARGIN.bottom - ((v - low) / (high - low)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const grid = ticks(low, high).map(
    (v) =>
      `<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" ` +
      `y1="${py(v).toFixed(1)}" y2="${py(v).toFixed(1)}"/><text x="${MARGIN.left - 6}" ` +
      `y="${(py(v) + 4).toFixed(1)}" text-anchor="end">${tidy(v)}</text>`,
  );
  const marks = ticks(first, last).map(
    (v) => `<text x="${px(v).toFixed(1)}" y="${HEIGHT - MARGIN.bottom + 16}" text-anchor="middle">${tidy(v)}</text>`,
  );
  const lines = series.map(
    (s) => `<path d="${path(s.values, x, px, py)}" fill="none" stroke="${s.colour}" stroke-width="1.6"/>`,
  );
  const legend = series
    .map((s, i) => `<tspan fill="${s.colour}"${i > 0 ? ' dx="16"' : ''}>${escapeHtml(s.label)}</tspan>`)
    .join('');
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">`,
    `<text x="${MARGIN.left}" y="16" class="title">${escapeHtml(title)}</text><text ` +
      `x="${WIDTH - MARGIN.right}" y="16" text-anchor="end">${legend}</text>`,
    ...grid,
    ...marks,
    marker === undefined
      ? ''
      : `<line class="marker" x1="${px(marker).toFixed(1)}" x2="${px(marker).toFixed(1)}" ` +
        `y1="${MARGIN.top}" y2="${HEIGHT - MARGIN.bottom}"/>`,
    ...lines,
    `<text x="${(WIDTH + MARGIN.left) / 2}" y="${HEIGHT - 4}" text-anchor="middle">${escapeHtml(xLabel)}</text>`,
    `<text transform="translate(12 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(yLabel)}</text></svg>`,
  ].join('');
}

function path(
  values: readonly (number | null)[],
  x: readonly number[],
  px: (v: number) => number,
  py: (v: number) => number,
): string {
  let open = false;
  return values
    .map((v, i) => {
      if (v === null) {
        open = false;
        return '';
      }
      const command = open ? 'L' : 'M';
      open = true;
      return `${command}${px(x[i]!).toFixed(1)} ${py(v).toFixed(1)}`;
    })
    .join('');
}

function roomy(low: number, high: number): [number, number] {
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  return [low - room, high + room];
}

/** Four to eight round numbers inside a range. */
export function ticks(low: number, high: number): number[] {
  const raw = (high - low) / 5;
  if (!(raw > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw)!;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

const tidy = (v: number): string => `${Number(v.toPrecision(6))}`;
