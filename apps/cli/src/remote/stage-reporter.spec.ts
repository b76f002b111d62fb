import { describe, expect, it } from '@jest/globals';
import type { ViewEvent } from '../terminal/progress-view.js';
import type { StageState } from './api-types.js';
import { stage } from './api-responses.testing.js';
import { StageReporter } from './stage-reporter.js';

function reporter(now = () => 0): { told: ViewEvent[]; types: () => string[]; reporter: StageReporter } {
  const told: ViewEvent[] = [];
  return {
    told,
    types: () => told.map(({ type, stage: name }) => `${type} ${name}`),
    reporter: new StageReporter((event) => told.push(event), now),
  };
}
const running = (more: Partial<StageState> = {}): StageState =>
  stage('landmarks', { status: 'running', attempt: 1, done: 5, total: 10, unit: 'frames', ...more });

describe('what was seen of stages', () => {
  it('is told once, in the order of the stages, with findings before the end they belong to', () => {
    const { reporter: report, types, told } = reporter();
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
    report.see(stages);
    report.see(stages);
    expect(types()).toEqual([
      'finding ingest',
      'done ingest',
      'start landmarks',
      'progress landmarks',
      'progress landmarks',
    ]);
    expect(told[1]).toEqual({
      type: 'done',
      stage: 'ingest',
      report: { wallMs: 3000, cpuMs: 5000, metrics: { quality: 1 } },
    });
  });

  it('asks for a full look when a stage has ended, and tells progress when none has', () => {
    const { reporter: report, types } = reporter();
    report.see([running(), stage('face-tracking')]);
    expect(report.progress([running({ done: 7 }), stage('face-tracking')])).toBe(false);
    expect(
      report.progress([
        stage('landmarks', { status: 'done', attempt: 1 }),
        stage('face-tracking', { status: 'running', attempt: 1 }),
      ]),
    ).toBe(true);
    expect(types()).toEqual(['start landmarks', 'progress landmarks', 'progress landmarks']);
  });

  it('tells a stage that is tried again as begun again', () => {
    const { reporter: report, types } = reporter();
    const error = { code: 'FACE_NOT_FOUND', message: 'No face.', hint: null, at: null } as const;
    report.see([stage('landmarks', { status: 'parked', attempt: 1, error })]);
    report.see([running({ attempt: 2, done: null })]);
    report.see([stage('landmarks', { status: 'parked', attempt: 2, error })]);
    expect(types()).toEqual(['failed landmarks', 'start landmarks', 'failed landmarks']);
  });

  it('tells what is done without work, what is left out, and nothing of what never ran', () => {
    const { reporter: report, types } = reporter();
    report.see([
      stage('ingest', { status: 'done', cached: true }),
      stage('lips-finetuning', { status: 'skipped' }),
      stage('evaluate', { status: 'cancelled' }),
    ]);
    expect(types()).toEqual(['cached ingest', 'skipped lips-finetuning']);
  });

  it('measures what it watched itself where the server keeps no time', () => {
    let now = 0;
    const { reporter: report, told } = reporter(() => now);
    report.see([stage('render', { status: 'running', attempt: 1 })]);
    now = 1500;
    report.see([stage('render', { status: 'done', attempt: 1 })]);
    expect(told.at(-1)).toMatchObject({ type: 'done', report: { wallMs: 1500 } });
  });
});
