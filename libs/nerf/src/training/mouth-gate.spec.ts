import { describe, expect, it } from '@jest/globals';
import { judgeMouth } from './mouth-gate.js';

const good = { correlation: 0.75, amplitude: 0.9, shuffled: 0.05, faceFound: 1, ambientSpread: 0.2 };

describe('judgeMouth', () => {
  it('lets a mouth that follows pass', () => {
    expect(judgeMouth(good).follows).toBe(true);
  });

  it.each([
    ['a dead audio path', { ambientSpread: 0 }, /audio coordinate/],
    ['a still mouth', { amplitude: 0.05 }, /as much as they should/],
    ['a mouth that moves on its own', { correlation: 0.1 }, /0\.10/],
    ['a mouth that moves as well with wrong audio', { shuffled: 0.7 }, /wrong audio/],
    ['a picture without a face', { faceFound: 0.2 }, /20 %/],
  ])('refuses %s and says why', (_, change, reason) => {
    const judgement = judgeMouth({ ...good, ...change });
    expect(judgement.follows).toBe(false);
    expect(judgement.reason).toMatch(reason);
    expect(judgement.advice).not.toBe('');
  });
});
