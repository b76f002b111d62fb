import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PortraitError } from '@portrait/contracts';
import { didYouMean, editDistance, nearest } from './nearest.js';
import { readSettings } from './settings.js';

describe('readSettings', () => {
  it('has a default for everything', () => {
    const settings = readSettings({});
    expect(settings.storeDir).toBe(resolve('portrait-store'));
    expect(settings.threads).toBeGreaterThanOrEqual(1);
    expect(settings.logLevel).toBe('info');
  });

  it('reads what is given and treats an empty value as not given', () => {
    expect(readSettings({ PORTRAIT_STORE: 'elsewhere', PORTRAIT_THREADS: '3', PORTRAIT_LOG_LEVEL: '' })).toEqual({ storeDir: resolve('elsewhere'), threads: 3, logLevel: 'info' });
  });

  it('names all mistakes together', () => {
    const wrong = () => readSettings({ PORTRAIT_THREADS: 'many', PORTRAIT_LOG_LEVEL: 'loud', PORTRAIT_STOER: 'x' });
    expect(wrong).toThrow(PortraitError);
    expect(wrong).toThrow(/PORTRAIT_THREADS=many[\s\S]*PORTRAIT_LOG_LEVEL=loud[\s\S]*did you mean PORTRAIT_STORE/);
  });
});

describe('nearest', () => {
  it('counts edits, a swap of neighbours as one', () => {
    expect(editDistance('steps', 'steps')).toBe(0);
    expect(editDistance('setps', 'steps')).toBe(1);
    expect(editDistance('', 'abc')).toBe(3);
  });

  it('finds a typing mistake and a part of a name, and nothing for nonsense', () => {
    expect(nearest('head-trainig', ['head-training', 'torso-training'])).toBe('head-training');
    expect(nearest('torso', ['head-training', 'torso-training'])).toBe('torso-training');
    expect(nearest('quux', ['head-training', 'torso-training'])).toBeUndefined();
    expect(didYouMean('quux', ['a', 'b'])).toBe(' There is: a, b.');
  });
});
