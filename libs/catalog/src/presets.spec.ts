import { describe, expect, it } from '@jest/globals';
import { headTrainingSpec } from '@portrait/contracts';
import { PRESETS, resolvePreset } from './presets.js';

describe('presets', () => {
  it.each(Object.keys(PRESETS))('%s gives valid head parameters', (name) => {
    expect(() => headTrainingSpec.params.parse(resolvePreset(name)['head-training'] ?? {})).not.toThrow();
  });

  it('inherits field by field and lets overrides win', () => {
    const resolved = resolvePreset('preview', { 'head-training': { steps: 7 } });
    expect(resolved['ingest']).toEqual({ size: 256 });
    expect(resolved['head-training']).toMatchObject({ steps: 7, evaluations: 2 });
  });

  it('keeps the paper preset on the networks of the paper', () => {
    const params = headTrainingSpec.params.parse(resolvePreset('paper')['head-training']);
    expect(params.model.ambientGrid).toMatchObject({ baseResolution: 16, finestResolution: 2048 });
    expect(params.optim).toMatchObject({ raysPerStep: 65536, framesPerStep: 1, mouthShare: 0 });
  });

  it('names the presets there are when asked for another', () => {
    expect(() => resolvePreset('fast')).toThrow(/standard, preview, paper/);
  });
});
