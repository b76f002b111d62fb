import { describe, expect, it } from '@jest/globals';
import { chooseFootage } from './footage-plan.js';
import { renderSpec } from '@portrait/contracts';

const PARTS = { labels: {}, torsoLayer: {} };
const choose = (given: Record<string, unknown>, parts: Partial<typeof PARTS> = PARTS) =>
  chooseFootage(renderSpec.params.parse(given), parts);

describe('chooseFootage', () => {
  it.each([[{}], [{ pose: 'recorded' }], [{ base: 'footage' }]])(
    'keeps the recorded frames and eyes with %j',
    (given) => {
      expect(choose(given)).toEqual({ mode: { replace: 'face', keepEyes: true }, findings: [] });
    },
  );

  it.each([[{ base: 'free' }], [{ pose: 'held' }], [{ background: '#102030' }], [{ pose: 'track' }]])(
    'composes freely with %j',
    (given) => {
      expect(choose(given)).toEqual({ mode: null, findings: [] });
    },
  );

  it('replaces the head where the network draws the eyes', () => {
    expect(choose({ eyes: 'blinks' }).mode).toEqual({ replace: 'head', keepEyes: false });
    expect(choose({ replace: 'head' }).mode).toEqual({ replace: 'head', keepEyes: true });
  });

  it('refuses footage where no recorded frame is shown', () => {
    expect(() => choose({ base: 'footage', pose: 'held', background: '#102030' })).toThrow(
      'base "footage" shows recorded frames; pose "held" and background "#102030" do not.',
    );
  });

  it('refuses rendered eyes in a recorded face', () => {
    expect(() => choose({ replace: 'face', eyes: 'fixed' })).toThrow(/keeps recorded eyes; eyes "fixed" are rendered/);
  });

  it('says why a portrait of an earlier version is composed freely', () => {
    const { mode, findings } = choose({}, { labels: {} });
    expect(mode).toBeNull();
    expect(findings).toEqual([
      expect.objectContaining({
        code: 'no-footage',
        message: 'The portrait has no torsoLayer: it was trained by a version without footage mode.',
      }),
    ]);
    expect(() => choose({ base: 'footage' }, {})).toThrow(/has no labels and no torsoLayer/);
  });
});
