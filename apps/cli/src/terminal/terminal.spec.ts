import { describe, expect, it } from '@jest/globals';
import { ERROR_TABLE, PortraitError } from '@portrait/contracts';
import { createConsole } from './console.js';
import { describeError } from './describe-error.js';
import { bar, createProgressView, progressText } from './progress-view.js';
import { createStyle, formatTable, wrapText } from './style.js';

const plain = createStyle(false);

function terminal(isTTY: boolean, columns = 90): { console: ReturnType<typeof createConsole>; err: () => string } {
  let err = '';
  return {
    console: createConsole({
      stdout: { write: () => true },
      stderr: { write: (text) => (err += text), isTTY, columns },
      env: { NO_COLOR: '1' },
      json: false,
      verbose: false,
    }),
    err: () => err,
  };
}

describe('progress', () => {
  it('shows percentage, count, rate and time left', () => {
    expect(progressText({ done: 925, total: 1779, unit: 'frames' }, { rate: 61, etaMs: 14_000 })).toBe(
      ' 51 %  925/1,779 frames  61 frames/s  14 s left',
    );
    expect(progressText({ done: 1, total: 10, unit: 'steps' }, { rate: 0.05, etaMs: 180_000 })).toContain(
      '3 steps/min  3 min 00 s left',
    );
    expect(bar(1, 2)).toBe('██████████░░░░░░░░░░');
  });

  it('rewrites one line on a terminal and never exceeds its width', () => {
    const { console, err } = terminal(true);
    let now = 0;
    const view = createProgressView(console, () => now);
    view.onEvent({ type: 'start', stage: 'landmarks', key: 'k', resumed: false });
    now = 1000;
    view.onEvent({
      type: 'progress',
      stage: 'landmarks',
      progress: {
        done: 5,
        total: 10,
        unit: 'frames',
        message: 'a message that is much longer than the terminal is wide',
      },
    });
    view.close();
    const lines = err()
      .split('\r\u001b[2K')
      .filter((line) => line !== '');
    expect(lines.length).toBe(2);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(90);
    expect(err().includes('\n')).toBe(false);
  });

  it('draws the longest-running stage with its own rate and the others in short form', () => {
    const { console, err } = terminal(true, 140);
    let now = 0;
    const view = createProgressView(console, () => now);
    for (const stage of ['landmarks', 'render.1']) view.onEvent({ type: 'start', stage, resumed: false });
    for (let second = 0; second <= 2; second++) {
      now = second * 1000;
      view.onEvent({
        type: 'progress',
        stage: 'landmarks',
        progress: { done: second * 10, total: 100, unit: 'frames' },
      });
      view.onEvent({ type: 'progress', stage: 'render.1', progress: { done: second, total: 4, unit: 'frames' } });
    }
    const last = (): string => err().split('\r\u001b[2K').at(-1)!;
    expect(last()).toMatch(
      /Landmarks.* 20 % {2}20\/100 frames {2}10 frames\/s {2}8\.0 s left {2}and Render, part 2 25 %/,
    );
    view.onEvent({ type: 'done', stage: 'landmarks', report: { wallMs: 2000, cpuMs: 0, metrics: {} } });
    expect(last()).toMatch(/Render, part 2.* 50 % {2}2\/4 frames {2}1 frames\/s/);
    view.close();
  });

  it('prefers a forecast to the measured time left', () => {
    const { console, err } = terminal(true);
    let now = 0;
    const view = createProgressView(console, () => now);
    for (const done of [0, 1]) {
      now = done * 1000;
      view.onEvent({
        type: 'progress',
        stage: 'batch',
        progress: { done, total: 10, unit: 'videos' },
        leftMs: 7_200_000,
      });
    }
    expect(err()).toContain('2 h 00 min left');
    expect(err()).not.toContain('9.0 s left');
  });

  it('prints plain lines without a terminal: start, tenths at most every two seconds, end', () => {
    const { console, err } = terminal(false);
    let now = 0;
    const view = createProgressView(console, () => now);
    view.onEvent({ type: 'start', stage: 'landmarks', key: 'k', resumed: true });
    for (let done = 0; done <= 100; done++) {
      now += 100;
      view.onEvent({ type: 'progress', stage: 'landmarks', progress: { done, total: 100, unit: 'frames' } });
    }
    const lines = err().trim().split('\n');
    expect(lines[0]).toContain('resumes from its checkpoint');
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.length).toBeLessThan(8);
    expect(err().includes('\r')).toBe(false);
  });
});

describe('errors', () => {
  const error = new PortraitError('FACE_NOT_FOUND', 'No face for 3.0 s.', {
    hint: 'Cut this part out.',
    at: { stage: 'landmarks', frame: 75, second: 3, file: 'a.mp4' },
    cause: new TypeError('inner'),
  });

  it('show message, place, hint and code', () => {
    expect(describeError(error, { style: plain, verbose: false }).split('\n')).toEqual([
      'error No face for 3.0 s.',
      '  where landmarks · frame 75 · 3.00 s · a.mp4',
      '  next  Cut this part out.',
      `  code  FACE_NOT_FOUND: ${ERROR_TABLE.FACE_NOT_FOUND.meaning}`,
    ]);
  });

  it('show the stack and its cause only with --verbose', () => {
    expect(describeError(error, { style: plain, verbose: true })).toMatch(/terminal\.spec[\s\S]*TypeError: inner/);
  });
});

describe('tables and wrapping', () => {
  it('align columns whatever colours are in them', () => {
    const style = createStyle(true);
    const rows = formatTable([
      [style.red('a'), 'b'],
      ['long', 'c'],
    ]).split('\n');
    // eslint-disable-next-line no-control-regex -- escape codes are control characters
    expect(rows.map((row) => row.replace(/\u001b\[\d+m/g, '').indexOf(row.includes('b') ? 'b' : 'c'))).toEqual([8, 8]);
  });

  it('wrap at words', () => expect(wrapText('one two three', 7, '  ')).toBe('one two\n  three'));
});
