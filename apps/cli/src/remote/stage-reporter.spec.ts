import { describe, expect, it } from '@jest/globals';
import type { ViewEvent } from '../terminal/progress-view.js';
import type { StageState } from './api-types.js';
import { stage } from './api-responses.testing.js';
import { StageReporter } from './stage-reporter.js';

function reporter(now = () => 0): { events: ViewEvent[]; types: () => string[]; reporter: StageReporter } {
  const events: ViewEvent[] = [];
  return {
    events,
    types: () => events.map(({ type, stage: name }) => `${type} ${name}`),
    reporter: new StageReporter((event) => events.push(event), now),
  };
}
const running = (more: Partial<StageState> = {}): StageState =>
  stage('landmarks', { status: 'running', attempt: 1, done: 5, total: 10, unit: 'frames', ...more });

describe('StageReporter', () => {
  it('emits each event once, in the order of the stages, with findings before the end of their stage', () => {
    const { reporter: report, types, events } = reporter();
    const finding = { level: 'warning', code: 'short-clip', message: 'Short.' } as const;
    const stages = [
      stage('ingest', {
        status: 'done',
        attempt: 1,
        seconds: 3,
        coreSeconds: 5,
        findings: [finding],
        metrics: { quality: 1 },
      }),
      running(),
    ];
    report.update(stages);
    report.update(stages);
    expect(types()).toEqual([
      'finding ingest',
      'done ingest',
      'start landmarks',
      'progress landmarks',
      'progress landmarks',
    ]);
    expect(events[1]).toEqual({
      type: 'done',
      stage: 'ingest',
      report: { wallMs: 3000, cpuMs: 5000, metrics: { quality: 1 } },
    });
  });

  it('requests the full state when a stage has ended, and emits progress otherwise', () => {
    const { reporter: report, types } = reporter();
    report.update([running(), stage('face-tracking')]);
    expect(report.progress([running({ done: 7 }), stage('face-tracking')])).toBe(false);
    expect(
      report.progress([
        stage('landmarks', { status: 'done', attempt: 1 }),
        stage('face-tracking', { status: 'running', attempt: 1 }),
      ]),
    ).toBe(true);
    expect(types()).toEqual(['start landmarks', 'progress landmarks', 'progress landmarks']);
  });

  it('emits a new start for a retried stage', () => {
    const { reporter: report, types } = reporter();
    const error = { code: 'FACE_NOT_FOUND', message: 'No face.', hint: null, at: null } as const;
    report.update([stage('landmarks', { status: 'parked', attempt: 1, error })]);
    report.update([running({ attempt: 2, done: null })]);
    report.update([stage('landmarks', { status: 'parked', attempt: 2, error })]);
    expect(types()).toEqual(['failed landmarks', 'start landmarks', 'failed landmarks']);
  });

  it('emits cached and skipped stages, and nothing for stages that never ran', () => {
    const { reporter: report, types } = reporter();
    report.update([
      stage('ingest', { status: 'done', cached: true }),
      stage('lips-finetuning', { status: 'skipped' }),
      stage('evaluate', { status: 'cancelled' }),
    ]);
    expect(types()).toEqual(['cached ingest', 'skipped lips-finetuning']);
  });

  it('measures the duration itself when the server reports none', () => {
    let now = 0;
    const { reporter: report, events } = reporter(() => now);
    report.update([stage('render', { status: 'running', attempt: 1 })]);
    now = 1500;
    report.update([stage('render', { status: 'done', attempt: 1 })]);
    expect(events.at(-1)).toMatchObject({ type: 'done', report: { wallMs: 1500 } });
  });
});
