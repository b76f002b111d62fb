// Shows a run as it goes: one line a stage with rate and time left on a terminal, plain lines otherwise, JSON lines for machines.
import { STAGES, type Finding, type StageName, type StageProgress } from '@portrait/contracts';
import { formatCount, formatDuration, ProgressMeter, type Pace } from '@portrait/observability';
import type { StageEvent } from '@portrait/stage-kit';
import type { Console } from './console.js';
import { wrapText } from './style.js';

const BAR = 20;
const REDRAW_MS = 100;
/** Plain lines come at every tenth of a stage, at least this often and at most every other second. */
const PLAIN_MS = 30_000;
const PLAIN_LEAST_MS = 2_000;
const TITLE = 28;

export interface ProgressView {
  onEvent(event: StageEvent): void;
  /** Clears the line that is being rewritten. */
  close(): void;
}

const titleOf = (stage: string): string => STAGES[stage as StageName]?.title ?? stage;

export function progressText({ done, total, unit }: StageProgress, { rate, etaMs }: Pace): string {
  const parts = [`${Math.floor((100 * done) / Math.max(total, 1))} %`.padStart(5), `${formatCount(done)}/${formatCount(total)} ${unit}`];
  if (rate !== undefined) parts.push(rate >= 0.1 ? `${formatCount(rate)} ${unit}/s` : `${formatCount(rate * 60)} ${unit}/min`);
  if (etaMs !== undefined && done < total) parts.push(`${formatDuration(etaMs)} left`);
  return parts.join('  ');
}

export function bar(done: number, total: number): string {
  const filled = Math.round((BAR * done) / Math.max(total, 1));
  return '█'.repeat(filled) + '░'.repeat(BAR - filled);
}

export function findingText(finding: Finding): string {
  const place = [finding.at?.frame === undefined ? [] : `frame ${finding.at.frame}`, finding.at?.second === undefined ? [] : `${finding.at.second.toFixed(1)} s`].flat().join(', ');
  return `${finding.message}${place === '' ? '' : ` (${place})`}${finding.advice === undefined ? '' : ` ${finding.advice}`}`;
}

export function createProgressView(console: Console, now: () => number = () => performance.now()): ProgressView {
  const { style } = console;
  let meter = new ProgressMeter();
  let drawnAt = -Infinity;
  let saidAt = -Infinity;
  let saidTenth = 0;
  let open = false;
  /** Cached nodes already told: a graph may be walked twice in one command. */
  const told = new Set<string>();

  const clear = (): void => {
    if (open) console.raw('\r\u001b[2K');
    open = false;
  };
  const say = (text: string): void => {
    clear();
    console.note(text);
  };
  const draw = (stage: string, progress: StageProgress, pace: Pace): void => {
    const head = `  ${style.cyan('●')} ${titleOf(stage).padEnd(TITLE)} ${style.cyan(bar(progress.done, progress.total))} `;
    const room = console.width - TITLE - 6 - BAR;
    const text = [progressText(progress, pace), progress.message ?? ''].filter((part) => part !== '').join('  ');
    console.raw(`\r\u001b[2K${head}${text.length > room ? `${text.slice(0, Math.max(0, room - 1))}…` : text}`);
    open = true;
  };

  const onProgress = (stage: string, progress: StageProgress): void => {
    const at = now();
    const pace = meter.update(progress.done, progress.total, at);
    console.event({ type: 'progress', stage, done: progress.done, total: progress.total, unit: progress.unit, message: progress.message, rate: pace.rate, etaMs: pace.etaMs });
    if (console.live) {
      if (at - drawnAt < REDRAW_MS && progress.done < progress.total) return;
      drawnAt = at;
      draw(stage, progress, pace);
      return;
    }
    const tenth = Math.floor((10 * progress.done) / Math.max(progress.total, 1));
    if (progress.done === 0 || progress.done >= progress.total || at - saidAt < PLAIN_LEAST_MS || (tenth <= saidTenth && at - saidAt < PLAIN_MS)) return;
    saidTenth = tenth;
    saidAt = at;
    say(`    ${stage}: ${progressText(progress, pace).trim()}${progress.message === undefined ? '' : `  ${progress.message}`}`);
  };

  const onFinding = (stage: string, finding: Finding): void => {
    console.event({ type: 'finding', stage, ...finding });
    const colour = finding.level === 'error' ? style.red : finding.level === 'warning' ? style.yellow : style.dim;
    if (finding.level !== 'info' || console.verbose) say(`    ${colour(finding.level)} ${wrapText(findingText(finding), console.width - 14, '            ')}`);
  };

  return {
    onEvent(event) {
      switch (event.type) {
        case 'start':
          meter = new ProgressMeter();
          drawnAt = -Infinity;
          saidAt = now();
          saidTenth = 0;
          console.event({ type: 'start', stage: event.stage, key: event.key, resumed: event.resumed });
          if (console.live) draw(event.stage, { done: 0, total: 1, unit: '' }, { rate: undefined, etaMs: undefined });
          else say(`  ${event.stage}: ${event.resumed ? 'goes on from its checkpoint' : 'begins'}`);
          break;
        case 'progress':
          onProgress(event.stage, event.progress);
          break;
        case 'finding':
          onFinding(event.stage, event.finding);
          break;
        case 'preview':
          console.event({ type: 'preview', stage: event.stage, name: event.name, path: event.path });
          break;
        case 'cached':
          if (told.has(event.key)) break;
          told.add(event.key);
          console.event({ type: 'cached', stage: event.stage, key: event.key });
          say(`  ${style.green('✓')} ${titleOf(event.stage).padEnd(TITLE)} ${style.dim('done before')}`);
          break;
        case 'done':
          told.add(event.key);
          console.event({ type: 'done', stage: event.stage, key: event.key, wallMs: event.report.wallMs, cpuMs: event.report.cpuMs, peakRssBytes: event.report.peakRssBytes, metrics: event.report.metrics });
          say(`  ${style.green('✓')} ${titleOf(event.stage).padEnd(TITLE)} ${formatDuration(event.report.wallMs)}`);
          break;
        case 'failed':
          console.event({ type: 'failed', stage: event.stage, key: event.key, error: event.error.toJSON() });
          say(`  ${event.error.code === 'CANCELLED' ? style.yellow('■') : style.red('✗')} ${titleOf(event.stage)}`);
          break;
      }
    },
    close: clear,
  };
}
