import { describe, expect, it } from '@jest/globals';
import { FLOORS, judgeFloors } from './floors.js';
import { someMetrics } from './some-metrics.testing.js';

describe('judgeFloors', () => {
  it('says in words what is missed and why it matters', () => {
    const judged = judgeFloors(someMetrics({ mouth: { correlation: 0.5 } }));
    const mouth = judged.find((f) => f.name === 'Mouth-opening correlation')!;
    expect(mouth).toMatchObject({ value: 0.5, outcome: 'missed', floor: 'at least 0.65', aim: 'at least 0.8' });
    expect(mouth.sentence).toBe(
      'Mouth-opening correlation: 0.50 misses the floor (at least 0.65): the lips follow the sound only in part.',
    );
  });

  it('knows floors with two sides', () => {
    const outcome = (amplitude: number): string =>
      judgeFloors(someMetrics({ mouth: { amplitude } })).find((f) => f.name.startsWith('Mouth-opening amplitude'))!
        .outcome;
    expect([0.6, 0.7, 0.9, 1.2, 1.3].map(outcome)).toEqual(['missed', 'floor met', 'aim met', 'floor met', 'missed']);
  });

  it('does not call missed what was not measured', () => {
    const judged = judgeFloors(someMetrics({ sync: null }));
    expect(judged.find((f) => f.name === 'Sound against picture')!.outcome).toBe('not measured');
  });

  it('never aims below its own floor', () => {
    for (const { floor, aim } of FLOORS) {
      expect(aim[0]).toBeGreaterThanOrEqual(floor[0]);
      expect(aim[1]).toBeLessThanOrEqual(floor[1]);
    }
  });
});
