import { describe, expect, it } from '@jest/globals';
import { PORTRAIT_GRAPH, type StageName } from '@portrait/contracts';
import { demoPage, type DemoPage, type Figure } from './demo-page.js';

const figure = (name: string, outcome: Figure['outcome'], value: number | null = 27.7): Figure => ({
  name,
  unit: 'dB',
  value,
  floor: 'at least 33',
  aim: 'at least 35.5',
  outcome,
});

function page(figures: readonly Figure[], more: Partial<DemoPage> = {}): string {
  const stages = Object.keys(PORTRAIT_GRAPH).map((node) => ({
    node,
    stage: node as StageName,
    title: node,
    report: null,
    failure: null,
    pictures: [],
    parameters: [],
  }));
  return demoPage({
    view: { person: 'sample', portrait: null, stages, videos: [] },
    video: 'talk.mp4',
    runPage: 'run.html',
    report: 'report.html',
    speech: 'jfk.wav',
    who: 'speaker s1 of the GRID corpus',
    person: 'sample',
    sample: true,
    figures,
    wallMs: 60_000,
    ...more,
  });
}

describe('the page of the demo', () => {
  it('shows the talking video first, then the command for one’s own words, then folds the figures away', () => {
    const text = page([figure('PSNR, full frame', 'aim met', 38.3)]);
    const places = ['talk.mp4', 'portrait render --person sample --audio', '<details>', 'run.html'].map((part) =>
      text.indexOf(part),
    );
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(text.slice(0, text.indexOf('<details>'))).not.toMatch(/PSNR|dB/);
  });

  it('ends no figure in “misses the floor” without its meaning', () => {
    const text = page([figure('PSNR, full frame', 'missed'), figure('a new figure', 'missed')]);
    expect(text).not.toContain('misses the floor');
    expect(text).toContain('What it means: edges of the head or its colours are off.');
    expect(text).toContain('Weak on 2 of 2 figures');
  });

  it('gives the exact command for the person of the run, whoever it is', () => {
    expect(page([], { person: 'anna', sample: false })).toContain('portrait render --person anna ');
    expect(page([], { person: 'anna', sample: false })).not.toContain('GRID corpus, speaker s1, Cooke');
  });
});
