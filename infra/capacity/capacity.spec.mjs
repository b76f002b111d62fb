import { describe, expect, it } from '@jest/globals';
import { STAGES } from '@portrait/contracts';
import { capacity, MEASURED } from './capacity.mjs';

describe('the capacity model', () => {
  it('has a measured figure for every stage', () => {
    expect(
      [...new Set([...Object.keys(MEASURED.person), ...Object.keys(MEASURED.videoMinute), 'join', 'compare'])].sort(),
    ).toEqual(Object.keys(STAGES).sort());
  });

  it('adds up', () => {
    const measured = {
      ...MEASURED,
      person: { ingest: 100 },
      videoMinute: { render: 720 },
      videoEvents: 40,
      personEvents: 100,
    };
    const need = capacity({ people: 36, minutes: 10, hours: 1, cores: 2, utilisation: 1 }, measured);
    expect(need.coreHours).toBeCloseTo((36 * 100 + 10 * 720) / 3600);
    expect(need.machines).toBe(2);
    expect(need.eventsPerSecond).toBeCloseTo((10 * 40 + 36 * 100) / 3600);
  });

  it('needs more of everything for more', () => {
    const [less, more] = [
      capacity({ people: 10, minutes: 100, hours: 8, cores: 8 }),
      capacity({ people: 20, minutes: 200, hours: 8, cores: 8 }),
    ];
    for (const key of Object.keys(less)) expect(more[key]).toBeGreaterThanOrEqual(less[key]);
  });
});
