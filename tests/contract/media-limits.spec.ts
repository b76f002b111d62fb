// The limits of media are documented as settings in one place and applied in another.
import { describe, expect, it } from '@jest/globals';
import { SETTINGS } from '@portrait/config';
import { LIMIT_SETTINGS } from '@portrait/media';

describe('the limits of media', () => {
  it('are documented with the defaults that are applied', () => {
    const documented = Object.entries(SETTINGS)
      .filter(([name]) => name.startsWith('PORTRAIT_MAX_'))
      .map(([name, setting]) => [name, setting.default]);
    const applied = Object.values(LIMIT_SETTINGS).map(([name, byDefault]) => [name, String(byDefault)]);
    expect(documented.sort()).toEqual(applied.sort());
  });
});
