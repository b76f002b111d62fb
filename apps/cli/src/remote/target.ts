// The target of `watch`, `retry` and `cancel`: one person, one video or one batch.
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
    throw new PortraitError('INVALID_ARGUMENT', 'Give exactly one of --person NAME, --video ID and --batch ID.');
  return { kind, name: options[kind]! };
}

/** @param options option → the only target kind it applies to, and its value */
export function refuseOptions(kind: string, options: Readonly<Record<string, readonly [string, unknown]>>): void {
  for (const [option, [targetKind, given]] of Object.entries(options)) {
    if (given !== undefined && !targetKind.includes(kind))
      throw new PortraitError('INVALID_ARGUMENT', `${option} needs --${targetKind}.`);
  }
}
