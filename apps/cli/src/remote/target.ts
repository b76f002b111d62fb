// What `watch`, `retry` and `cancel` are about: one person, one video or one batch.
import { PortraitError } from '@portrait/contracts';

export interface TargetOptions {
  person?: string;
  video?: string;
  batch?: string;
}

export type Target = { kind: 'person' | 'video' | 'batch'; name: string };

/** @throws PortraitError INVALID_ARGUMENT unless exactly one is given */
export function requireTarget(options: TargetOptions): Target {
  const given = (['person', 'video', 'batch'] as const).filter((kind) => options[kind] !== undefined);
  const [kind] = given;
  if (kind === undefined || given.length > 1)
    throw new PortraitError('INVALID_ARGUMENT', 'Give one of --person NAME, --video ID and --batch ID.');
  return { kind, name: options[kind]! };
}

/** @param options option → the only kind of target it goes with, and what was given */
export function refuseOptions(kind: string, options: Readonly<Record<string, readonly [string, unknown]>>): void {
  for (const [option, [goesWith, given]] of Object.entries(options)) {
    if (given !== undefined && !goesWith.includes(kind))
      throw new PortraitError('INVALID_ARGUMENT', `${option} goes with --${goesWith}.`);
  }
}
