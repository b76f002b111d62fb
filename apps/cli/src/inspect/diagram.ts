// The stage graph as a picture (SVG), made from the graph itself: columns by depth, arrows by who gives to whom.
import { STAGES, type Graph } from '@portrait/contracts';
import { escapeHtml } from './html.js';

export interface NodeMark {
  /** done, failed or waiting; colours the node. */
  state?: 'done' | 'failed' | 'waiting';
  /** Second line, for example the time it took. */
  note?: string;
  /** Link of the node. */
  href?: string;
}

const WIDTH = 158;
const HEIGHT = 50;
const GAP_X = 52;
const GAP_Y = 18;
const MARGIN = 10;

interface Placed {
  name: string;
  title: string;
  x: number;
  y: number;
  from: string[];
}

/** Depth is the longest way from an outside input; nodes of a column keep the order of the graph. */
export function placeNodes(graph: Graph): { nodes: Placed[]; outside: string[]; width: number; height: number } {
  const depth = new Map<string, number>();
  const outside = new Set<string>();
  const sources = new Map<string, string[]>();
  for (const [name, { inputs }] of Object.entries(graph)) {
    const from = new Set<string>();
    for (const source of Object.values(inputs)) {
      if ('node' in source) from.add(source.node);
      else outside.add(source.external);
    }
    sources.set(name, [...from]);
    depth.set(name, Math.max(0, ...[...from].map((other) => depth.get(other)! + 1)));
  }
  const columns = Math.max(...depth.values()) + 1;
  const rows = Array.from({ length: columns }, (_, d) => [...depth].filter(([, value]) => value === d).map(([name]) => name));
  const tallest = Math.max(...rows.map((row) => row.length));
  const height = tallest * HEIGHT + (tallest - 1) * GAP_Y + 2 * MARGIN;
  const nodes = rows.flatMap((row, d) => {
    const top = (height - row.length * HEIGHT - (row.length - 1) * GAP_Y) / 2;
    return row.map((name, i) => ({ name, title: STAGES[graph[name]!.stage].title, x: MARGIN + d * (WIDTH + GAP_X), y: top + i * (HEIGHT + GAP_Y), from: sources.get(name)! }));
  });
  return { nodes, outside: [...outside], width: columns * WIDTH + (columns - 1) * GAP_X + 2 * MARGIN, height };
}

/** Only arrows that no longer way already implies, so that the picture can be read. */
function directArrows(nodes: readonly Placed[]): [Placed, Placed][] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const reaches = (from: string, to: string): boolean => byName.get(to)!.from.some((other) => other === from || reaches(from, other));
  return nodes.flatMap((to) => to.from.filter((from) => !to.from.some((other) => other !== from && reaches(from, other))).map((from): [Placed, Placed] => [byName.get(from)!, to]));
}

function wrapTitle(title: string): string[] {
  if (title.length <= 20) return [title];
  const middle = title.lastIndexOf(' ', 20);
  return middle < 0 ? [title] : [title.slice(0, middle), title.slice(middle + 1)];
}

function drawNode({ name, title, x, y }: Placed, mark: NodeMark): string {
  const lines = wrapTitle(title);
  const all = mark.note === undefined ? lines : [...lines, mark.note];
  const first = y + HEIGHT / 2 - (all.length - 1) * 7.5 + 4;
  const text = all.map((line, i) => `<text x="${x + WIDTH / 2}" y="${first + i * 15}" class="${mark.note !== undefined && i === all.length - 1 ? 'note' : 'title'}">${escapeHtml(line)}</text>`).join('');
  const box = `<g class="node ${mark.state ?? 'plain'}" id="node-${name}"><rect x="${x}" y="${y}" width="${WIDTH}" height="${HEIGHT}" rx="10"/>${text}</g>`;
  return mark.href === undefined ? box : `<a href="${escapeHtml(mark.href)}">${box}</a>`;
}

/** Stand-alone SVG. Colours come from the page's variables where there are any, and have fallbacks. */
export function stageDiagram(graph: Graph, marks: Readonly<Record<string, NodeMark>> = {}): string {
  const { nodes, width, height } = placeNodes(graph);
  const arrows = directArrows(nodes).map(([from, to]) => {
    const [x1, y1, x2, y2] = [from.x + WIDTH, from.y + HEIGHT / 2, to.x - 5, to.y + HEIGHT / 2];
    // A long arrow bends late, so that it does not run through the boxes between.
    const bend = Math.max(GAP_X * 0.6, (x2 - x1) * 0.5);
    return `<path class="arrow" d="M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}" marker-end="url(#head)"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="stages of the graph and what each gives to the next">
<style>
.node rect{fill:var(--card,#f6f8fa);stroke:var(--line,#b6c2cf);stroke-width:1.4}
.node.done rect{fill:var(--done-soft,#e3f6ec);stroke:var(--done,#2f9e6b)}
.node.failed rect{fill:var(--failed-soft,#fde8e8);stroke:var(--failed,#d64545)}
.node.waiting rect{stroke-dasharray:5 4}
.node text{font:600 12.5px system-ui,sans-serif;text-anchor:middle;fill:var(--ink,#1f2933)}
.node text.note{font-weight:400;font-size:11.5px;fill:var(--soft,#66788a)}
.arrow{fill:none;stroke:var(--arrow,#9fb1c1);stroke-width:1.5}
.tip{fill:var(--arrow,#9fb1c1)}
</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>
${arrows.join('\n')}
${nodes.map((node) => drawNode(node, marks[node.name] ?? {})).join('\n')}
</svg>`;
}
