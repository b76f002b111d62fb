// Draws the stage graph as SVG: columns from left to right, an arrow from each stage to the users of its outputs.
import { STAGES, type Graph } from '@portrait/contracts';
import { escapeHtml } from './html.js';

export interface NodeMark {
  /** Sets the colour of the node. */
  state?: 'done' | 'failed' | 'waiting';
  /** Second line, for example the time it took. */
  note?: string;
  /** Link of the node. */
  href?: string;
}

const WIDTH = 158;
const HEIGHT = 50;
const GAP_X = 46;
const GAP_Y = 18;
/** Height of the lane in which a long arrow passes a column. */
const LANE = 22;
const MARGIN = 10;

interface Box {
  name: string;
  title: string;
  x: number;
  y: number;
}
interface Slot {
  /** The node, or the target node of a lane. */
  name: string;
  lane: boolean;
  column: number;
  /** Slots of the previous column with an arrow to this one. */
  from: Slot[];
  /** Middle of the left and right edge, px. */
  left: [number, number];
  right: [number, number];
}

/** Direct sources of every node, without edges that a longer path implies (transitive reduction). */
function directSources(graph: Graph): Map<string, string[]> {
  const all = new Map(
    Object.entries(graph).map(([name, { inputs }]) => [
      name,
      [...new Set(Object.values(inputs).flatMap((source) => ('node' in source ? [source.node] : [])))],
    ]),
  );
  const reaches = (from: string, to: string): boolean =>
    all.get(to)!.some((other) => other === from || reaches(from, other));
  return new Map(
    [...all].map(([name, sources]) => [
      name,
      sources.filter((from) => !sources.some((other) => other !== from && reaches(from, other))),
    ]),
  );
}

/** Column of each node: as far right as its users allow, to keep arrows short. */
function columnsOf(sources: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const depth = new Map<string, number>();
  for (const [name, from] of sources) depth.set(name, Math.max(0, ...from.map((other) => depth.get(other)! + 1)));
  const last = Math.max(...depth.values());
  const late = new Map<string, number>();
  for (const name of [...sources.keys()].reverse()) {
    const users = [...sources].filter(([, from]) => from.includes(name)).map(([user]) => late.get(user)!);
    late.set(name, depth.get(name) === 0 ? 0 : Math.min(last, ...users.map((column) => column - 1)));
  }
  return late;
}

/** Slots by column: the nodes, and lanes where arrows pass a column. */
function makeSlots(sources: ReadonlyMap<string, readonly string[]>): Slot[][] {
  const columns = columnsOf(sources);
  const rows: Slot[][] = Array.from({ length: Math.max(...columns.values()) + 1 }, () => []);
  const slotOf = (name: string, column: number): Slot => {
    const known = rows[column]!.find((slot) => slot.name === name);
    if (known) return known;
    const slot: Slot = { name, lane: columns.get(name) !== column, column, from: [], left: [0, 0], right: [0, 0] };
    rows[column]!.push(slot);
    return slot;
  };
  for (const [name, from] of sources) {
    for (const source of from) {
      for (let column = columns.get(source)! + 1; column <= columns.get(name)!; column++) {
        const slot = slotOf(name, column);
        const before = column - 1 === columns.get(source) ? slotOf(source, column - 1) : slotOf(name, column - 1);
        if (!slot.from.includes(before)) slot.from.push(before);
      }
    }
    slotOf(name, columns.get(name)!);
  }
  return rows;
}

const heightOf = (slot: Slot): number => (slot.lane ? LANE : HEIGHT);
const columnHeight = (row: readonly Slot[]): number =>
  row.reduce((sum, slot) => sum + heightOf(slot), 0) + (row.length - 1) * GAP_Y;

/** Computes the coordinates of boxes and slots; orders a column by the sources of its arrows. */
export function placeNodes(graph: Graph): { boxes: Box[]; slots: Slot[]; width: number; height: number } {
  const rows = makeSlots(directSources(graph));
  const height = Math.max(...rows.map(columnHeight)) + 2 * MARGIN;
  const order = Object.keys(graph);
  const boxes: Box[] = [];
  rows.forEach((row, column) => {
    const sourceHeight = (slot: Slot): number =>
      slot.from.length === 0 ? 0 : slot.from.reduce((sum, from) => sum + from.right[1], 0) / slot.from.length;
    row.sort((a, b) => sourceHeight(a) - sourceHeight(b) || order.indexOf(a.name) - order.indexOf(b.name));
    const x = MARGIN + column * (WIDTH + GAP_X);
    let y = (height - columnHeight(row)) / 2;
    for (const slot of row) {
      const middle = y + heightOf(slot) / 2;
      slot.left = [x, middle];
      slot.right = [x + WIDTH, middle];
      if (!slot.lane) boxes.push({ name: slot.name, title: STAGES[graph[slot.name]!.stage].title, x, y });
      y += heightOf(slot) + GAP_Y;
    }
  });
  return { boxes, slots: rows.flat(), width: rows.length * WIDTH + (rows.length - 1) * GAP_X + 2 * MARGIN, height };
}

function drawArrow(from: Slot, to: Slot): string {
  const [x1, y1] = from.right;
  const [x2, y2] = [to.left[0] - (to.lane ? 0 : 5), to.left[1]];
  const bend = (x2 - x1) * 0.55;
  const lane = to.lane ? ` L${to.right[0]} ${to.right[1]}` : '';
  const path = `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}${lane}`;
  return `<path class="arrow" d="${path}"${to.lane ? '' : ' marker-end="url(#head)"'}/>`;
}

function wrapTitle(title: string): string[] {
  if (title.length <= 20) return [title];
  const middle = title.lastIndexOf(' ', 20);
  return middle < 0 ? [title] : [title.slice(0, middle), title.slice(middle + 1)];
}

function drawNode({ name, title, x, y }: Box, mark: NodeMark): string {
  const lines = wrapTitle(title);
  const all = mark.note === undefined ? lines : [...lines, mark.note];
  const first = y + HEIGHT / 2 - (all.length - 1) * 7.5 + 4;
  const textLine = (line: string, i: number): string => {
    const style = i < lines.length ? 'title' : 'note';
    return `<text x="${x + WIDTH / 2}" y="${first + i * 15}" class="${style}">${escapeHtml(line)}</text>`;
  };
  const rect = `<rect x="${x}" y="${y}" width="${WIDTH}" height="${HEIGHT}" rx="10"/>`;
  const text = all.map(textLine).join('');
  const box = `<g class="node ${mark.state ?? 'plain'}" id="node-${name}">${rect}${text}</g>`;
  return mark.href === undefined ? box : `<a href="${escapeHtml(mark.href)}">${box}</a>`;
}

/** Attributes of the arrow head. */
const MARKER = 'viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto"';

/** Stand-alone SVG. Colours come from CSS variables of the page, with fallbacks. */
export function stageDiagram(graph: Graph, marks: Readonly<Record<string, NodeMark>> = {}): string {
  const { boxes, slots, width, height } = placeNodes(graph);
  const arrows = slots.flatMap((to) => to.from.map((from) => drawArrow(from, to)));
  const label = 'role="img" aria-label="stages of the graph and what each gives to the next"';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ${label}>
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
<defs><marker id="head" ${MARKER}><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>
${arrows.join('\n')}
${boxes.map((box) => drawNode(box, marks[box.name] ?? {})).join('\n')}
</svg>`;
}
