import { describe, expect, it } from '@jest/globals';
import { didYouMean, editDistance, nearest } from './nearest.js';

describe('nearest', () => {
  it('counts a swap of neighbours as one edit', () => {
    expect(editDistance('steps', 'steps')).toBe(0);
    expect(editDistance('setps', 'steps')).toBe(1);
    expect(editDistance('', 'abc')).toBe(3);
  });

  it('finds a misspelt name or a part of a name, and nothing for nonsense', () => {
    expect(nearest('head-trainig', ['head-training', 'torso-training'])).toBe('head-training');
    expect(nearest('torso', ['head-training', 'torso-training'])).toBe('torso-training');
    expect(nearest('quux', ['head-training', 'torso-training'])).toBeUndefined();
    expect(didYouMean('quux', ['a', 'b'])).toBe(' Known names: a, b.');
  });
});
