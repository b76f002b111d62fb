// Formats a failure for the terminal: what happened, where, and what to do next.
import { ERROR_TABLE, toPortraitError, type PortraitError } from '@portrait/contracts';
import type { Style } from './style.js';

/** "head-training · frame 312 · 12.5 s · clip.mp4", or an empty string. */
function describePlace(at: PortraitError['at']): string {
  if (at === undefined) return '';
  const parts: string[] = [];
  if (at.stage !== undefined) parts.push(at.stage);
  if (at.frame !== undefined) parts.push(`frame ${at.frame}`);
  if (at.second !== undefined) parts.push(`${at.second.toFixed(2)} s`);
  if (at.file !== undefined) parts.push(at.file);
  return parts.join(' · ');
}

interface ErrorView {
  style: Style;
  verbose: boolean;
}

export function describeError(thrown: unknown, { style, verbose }: ErrorView): string {
  const error = toPortraitError(thrown);
  const lines = [`${style.red(style.bold('error'))} ${error.message}`];
  const place = describePlace(error.at);
  if (place !== '') lines.push(`  ${style.dim('where')} ${place}`);
  if (error.hint !== undefined) lines.push(`  ${style.dim('next')}  ${error.hint.replaceAll('\n', '\n        ')}`);
  lines.push(`  ${style.dim(`code  ${error.code}: ${ERROR_TABLE[error.code].meaning}`)}`);
  if (verbose) {
    let cause: unknown = error;
    while (cause instanceof Error) {
      lines.push(style.dim(cause.stack ?? cause.message));
      cause = cause.cause;
    }
  }
  return lines.join('\n');
}
