// How findings are written and when they stop the run. All errors are told together, in one sentence each.
import { CLIP_FPS, PortraitError, type ErrorCode, type Finding } from '@portrait/contracts';

/** Where on the clip's timeline. */
export const atFrame = (frame: number): { frame: number; second: number } => ({
  frame,
  second: Math.round((frame / CLIP_FPS) * 100) / 100,
});

/** Findings that have an error code of their own; the others are INPUT_LOW_QUALITY. */
const ERROR_CODES: Readonly<Record<string, ErrorCode>> = {
  'no-face': 'FACE_NOT_FOUND',
  'face-missing': 'FACE_NOT_FOUND',
  'second-face': 'FACE_AMBIGUOUS',
  'person-changes': 'FACE_AMBIGUOUS',
  'silent-sound': 'INPUT_NO_AUDIO',
  'short-clip': 'INPUT_TOO_SHORT',
  truncated: 'INPUT_UNREADABLE',
};

/** Throws one error for all findings of level error: their common code, or INPUT_LOW_QUALITY. */
export function raiseErrors(findings: readonly Finding[]): void {
  const errors = findings.filter((f) => f.level === 'error');
  if (errors.length === 0) return;
  const codes = new Set(errors.map((f) => ERROR_CODES[f.code] ?? 'INPUT_LOW_QUALITY'));
  const advice = [...new Set(errors.map((f) => f.advice).filter((a) => a !== undefined))];
  const at = errors.find((f) => f.at)?.at;
  throw new PortraitError(
    codes.size === 1 ? [...codes][0]! : 'INPUT_LOW_QUALITY',
    errors.map((f) => f.message).join('\n'),
    {
      ...(advice.length > 0 && { hint: advice.join(' ') }),
      at: {
        stage: 'ingest',
        ...(at?.frame !== undefined && { frame: at.frame }),
        ...(at?.second !== undefined && { second: at.second }),
      },
    },
  );
}
