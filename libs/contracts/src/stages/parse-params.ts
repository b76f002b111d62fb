// Checks parameters against the schema of a stage; every mistake is named.
import { PortraitError } from '../errors.js';
import type { StageSpec } from './stage-spec.js';

/** @returns the parameters with defaults filled in, or every mistake as one line each */
export function parseParams(
  { name, params }: Pick<StageSpec, 'name' | 'params'>,
  value: unknown,
): { params: unknown; mistakes: string[] } {
  const result = params.safeParse(value ?? {});
  if (result.success) return { params: result.data, mistakes: [] };
  const mistakes = result.error.issues.map(
    ({ path, message }) => `${[name, ...path.map(String)].join('.')}: ${message}`,
  );
  return { params: undefined, mistakes };
}

export function invalidParams(mistakes: string[]): PortraitError {
  const count = mistakes.length === 1 ? 'One parameter is' : `${mistakes.length} parameters are`;
  return new PortraitError('INVALID_ARGUMENT', `${count} not valid:\n${mistakes.map((m) => `  ${m}`).join('\n')}`, {
    hint: 'docs/parameters.md lists every parameter with unit, range and default.',
  });
}
