// Shows the progress of a run: one rewritten line on a terminal, plain lines otherwise, JSON lines with --json.
// Several stages may run at the same time, as they do at a remote system.
import {
  STAGES,
  type Finding,
  type PortraitError,
  type StageName,
  type StageProgress,
  type StageReport,
} from '@portrait/contracts';
import { formatCount, formatDuration, ProgressMeter, type Pace } from '@portrait/observability';
import type { Console } from './console.js';
import { wrapText } from './style.js';

const BAR = 20;
const REDRAW_MS = 100;
/** Plain lines are printed at every tenth of a stage, within these intervals. */
const PLAIN_MAX_INTERVAL_MS = 30_000;
const PLAIN_MIN_INTERVAL_MS = 2_000;
const TITLE = 28;

/** The events of stage-kit; a remote system provides a subset of their fields. */
export type ViewEvent =
  | { type: 'start'; stage: string; key?: string; resumed: boolean }
  /** `leftMs`: forecast that replaces the measured time left; null: unknown. */
  | { type: 'progress'; stage: string; progress: StageProgress; leftMs?: number | null }
  | { type: 'finding'; stage: string; finding: Finding }
  | { type: 'preview'; stage: string; name: string; path: string }
  | { type: 'cached'; stage: string; key?: string }
  | {
      type: 'done';
      stage: string;
      key?: string;
      report: Pick<StageReport, 'wallMs' | 'cpuMs' | 'metrics'> & { peakRssBytes?: number };
    }
  | { type: 'skipped'; stage: string }
  | { type: 'failed'; stage: string; key?: string; error: PortraitError };

export interface ProgressView {
  onEvent(event: ViewEvent): void;
  /** Clears the rewritten line. */
  close(): void;
}

/** Titles of work that is not a stage. */
const OTHER_TITLES: Readonly<Record<string, string>> = { upload: 'Upload', batch: 'Batch' };

/** Title of a stage or of a part of one, such as `render.2`. */
export function titleOf(stage: string): string {
  const [name = '', part] = stage.split('.');
  const title = STAGES[name as StageName]?.title ?? OTHER_TITLES[name] ?? name;
  return part === undefined ? title : `${title}, part ${Number(part) + 1}`;
}

interface Running {
  meter: ProgressMeter;
  progress: StageProgress;
  pace: Pace;
  printedAt: number;
  printedTenth: number;
}

const percent = ({ done, total }: StageProgress): string => `${Math.floor((100 * done) / Math.max(total, 1))} %`;

export function progressText({ done, total, unit }: StageProgress, { rate, etaMs }: Pace): string {
  const parts = [percent({ done, total, unit }).padStart(5), `${formatCount(done)}/${formatCount(total)} ${unit}`];
  if (rate !== undefined)
    parts.push(rate >= 0.1 ? `${formatCount(rate)} ${unit}/s` : `${formatCount(rate * 60)} ${unit}/min`);
  if (etaMs !== undefined && done < total) parts.push(`${formatDuration(etaMs)} left`);
  return parts.join('  ');
}

export function bar(done: number, total: number): string {
  const filled = Math.round((BAR * done) / Math.max(total, 1));
  return '█'.repeat(filled) + '░'.repeat(BAR - filled);
}

export function findingText(finding: Finding): string {
  const place = [
    finding.at?.frame === undefined ? [] : `frame ${finding.at.frame}`,
    finding.at?.second === undefined ? [] : `${finding.at.second.toFixed(1)} s`,
  ]
    .flat()
    .join(', ');
  const where = place === '' ? '' : ` (${place})`;
  const advice = finding.advice === undefined ? '' : ` ${finding.advice}`;
  return `${finding.message}${where}${advice}`;
}

export function createProgressView(console: Console, now: () => number = () => performance.now()): ProgressView {
  const { style } = console;
  const running = new Map<string, Running>();
  let drawnAt = -Infinity;
  let open = false;
  /** Cached nodes already reported: one command may run a graph twice. */
  const reported = new Set<string>();

  const clear = (): void => {
    if (open) console.raw('\r\u001b[2K');
    open = false;
  };
  const printLine = (text: string): void => {
    clear();
    console.note(text);
  };
  /** Draws the longest-running stage with its bar, and the others in short form. */
  const draw = (): void => {
    const [first, ...others] = running;
    if (first === undefined) return;
    const [stage, { progress, pace }] = first;
    const title = titleOf(stage).padEnd(TITLE);
    const head = `  ${style.cyan('●')} ${title} ${style.cyan(bar(progress.done, progress.total))} `;
    const room = console.width - TITLE - 6 - BAR;
    const beside = others.map(([other, { progress: its }]) => `${titleOf(other)} ${percent(its)}`).join(', ');
    const text = [progressText(progress, pace), beside === '' ? '' : `and ${beside}`, progress.message ?? '']
      .filter((part) => part !== '')
      .join('  ');
    console.raw(`\r\u001b[2K${head}${text.length > room ? `${text.slice(0, Math.max(0, room - 1))}…` : text}`);
    open = true;
  };

  const begin = (stage: string): Running => {
    const state: Running = {
      meter: new ProgressMeter(),
      progress: { done: 0, total: 1, unit: '' },
      pace: { rate: undefined, etaMs: undefined },
      printedAt: now(),
      printedTenth: 0,
    };
    running.set(stage, state);
    return state;
  };
  const end = (stage: string, text: string): void => {
    running.delete(stage);
    printLine(text);
    if (console.live) draw();
  };

  const printPlain = (stage: string, state: Running, at: number): void => {
    const { progress, pace } = state;
    if (progress.done === 0 || progress.done >= progress.total) return;
    const tenth = Math.floor((10 * progress.done) / Math.max(progress.total, 1));
    const elapsedMs = at - state.printedAt;
    if (elapsedMs < PLAIN_MIN_INTERVAL_MS) return;
    if (tenth <= state.printedTenth && elapsedMs < PLAIN_MAX_INTERVAL_MS) return;
    state.printedTenth = tenth;
    state.printedAt = at;
    const message = progress.message === undefined ? '' : `  ${progress.message}`;
    printLine(`    ${stage}: ${progressText(progress, pace).trim()}${message}`);
  };

  const onProgress = (stage: string, progress: StageProgress, leftMs: number | null | undefined): void => {
    const at = now();
    const state = running.get(stage) ?? begin(stage);
    const measured = state.meter.update(progress.done, progress.total, at);
    const pace = leftMs === undefined ? measured : { ...measured, etaMs: leftMs ?? undefined };
    Object.assign(state, { progress, pace });
    console.event({
      type: 'progress',
      stage,
      done: progress.done,
      total: progress.total,
      unit: progress.unit,
      message: progress.message,
      rate: pace.rate,
      etaMs: pace.etaMs,
    });
    if (console.live) {
      if (at - drawnAt < REDRAW_MS && progress.done < progress.total) return;
      drawnAt = at;
      draw();
      return;
    }
    printPlain(stage, state, at);
  };

  const onFinding = (stage: string, finding: Finding): void => {
    console.event({ type: 'finding', stage, ...finding });
    const colour = finding.level === 'error' ? style.red : finding.level === 'warning' ? style.yellow : style.dim;
    if (finding.level !== 'info' || console.verbose)
      printLine(`    ${colour(finding.level)} ${wrapText(findingText(finding), console.width - 14, '            ')}`);
  };

  return {
    onEvent(event) {
      switch (event.type) {
        case 'start':
          begin(event.stage);
          drawnAt = -Infinity;
          console.event({ type: 'start', stage: event.stage, key: event.key, resumed: event.resumed });
          if (console.live) draw();
          else printLine(`  ${event.stage}: ${event.resumed ? 'resumes from its checkpoint' : 'starts'}`);
          break;
        case 'progress':
          onProgress(event.stage, event.progress, event.leftMs);
          break;
        case 'finding':
          onFinding(event.stage, event.finding);
          break;
        case 'preview':
          console.event({ type: 'preview', stage: event.stage, name: event.name, path: event.path });
          break;
        case 'cached':
          if (reported.has(event.key ?? event.stage)) break;
          reported.add(event.key ?? event.stage);
          console.event({ type: 'cached', stage: event.stage, key: event.key });
          end(event.stage, `  ${style.green('✓')} ${titleOf(event.stage).padEnd(TITLE)} ${style.dim('cached')}`);
          break;
        case 'done':
          reported.add(event.key ?? event.stage);
          console.event({
            type: 'done',
            stage: event.stage,
            key: event.key,
            wallMs: event.report.wallMs,
            cpuMs: event.report.cpuMs,
            peakRssBytes: event.report.peakRssBytes,
            metrics: event.report.metrics,
          });
          end(
            event.stage,
            `  ${style.green('✓')} ${titleOf(event.stage).padEnd(TITLE)} ${formatDuration(event.report.wallMs)}`,
          );
          break;
        case 'skipped':
          console.event({ type: 'skipped', stage: event.stage });
          end(event.stage, `  ${style.dim('–')} ${titleOf(event.stage).padEnd(TITLE)} ${style.dim('skipped')}`);
          break;
        case 'failed':
          console.event({ type: 'failed', stage: event.stage, key: event.key, error: event.error.toJSON() });
          end(
            event.stage,
            `  ${event.error.code === 'CANCELLED' ? style.yellow('■') : style.red('✗')} ${titleOf(event.stage)}`,
          );
          break;
      }
    },
    close: clear,
  };
}
