import { describe, expect, it } from '@jest/globals';
import { PORTRAIT_GRAPH, RENDER_GRAPH } from '@portrait/contracts';
import { placeNodes, stageDiagram } from './diagram.js';
import { html, raw } from './html.js';

describe('html', () => {
  it('escapes inserted values only', () => {
    expect(html`<b>${'<script>"&\''}</b>${raw('<i>ok</i>')}${[html`<u>${1}</u>`, null, false, 'x']}`.text).toBe(
      '<b>&lt;script&gt;&quot;&amp;&#39;</b><i>ok</i><u>1</u>x',
    );
  });
});

describe('stageDiagram', () => {
  it('draws every node, every arrow from left to right, and no overlapping boxes', () => {
    const { boxes, slots } = placeNodes(PORTRAIT_GRAPH);
    expect(boxes.map(({ name }) => name).sort()).toEqual(Object.keys(PORTRAIT_GRAPH).sort());
    for (const slot of slots) for (const from of slot.from) expect(from.right[0]).toBeLessThan(slot.left[0]);
    for (const a of boxes)
      for (const b of boxes) if (a !== b && a.x === b.x) expect(Math.abs(a.y - b.y)).toBeGreaterThan(50);
  });

  it('omits arrows that a longer path implies', () => {
    const { slots } = placeNodes(PORTRAIT_GRAPH);
    const tracking = slots.find(({ name, lane }) => name === 'face-tracking' && !lane)!;
    expect(tracking.from.map(({ name }) => name)).toEqual(['landmarks']);
  });

  it('draws states, notes and links', () => {
    const svg = stageDiagram(RENDER_GRAPH, { render: { state: 'failed', note: 'a < b', href: '#render' } });
    expect(svg).toContain('class="node failed"');
    expect(svg).toContain('a &lt; b');
    expect(svg).toContain('<a href="#render">');
  });
});
