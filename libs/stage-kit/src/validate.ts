// Checks at the border of a stage: parameters against its schema, artifacts against the graph.
import {
  PortraitError,
  STAGES,
  inputSpec,
  type ArtifactRecord,
  type InputSpec,
  type StageName,
} from '@portrait/contracts';
import type { AnyStage } from './define.js';

interface Issue {
  path?: readonly PropertyKey[];
  message: string;
  keys?: readonly string[];
}

/** @returns the parameters with defaults filled in, or every mistake as one line each. */
export function parseParams(definition: AnyStage, value: unknown): { params: unknown; mistakes: string[] } {
  try {
    return { params: definition.params.parse(value ?? {}), mistakes: [] };
  } catch (error) {
    const issues = (error as { issues?: Issue[] }).issues;
    if (!issues) throw error;
    const mistakes = issues.map((issue) => {
      const where = [definition.name, ...(issue.path ?? []).map(String)].join('.');
      return `${where}: ${issue.message}`;
    });
    return { params: undefined, mistakes };
  }
}

export function requireParams(definition: AnyStage, value: unknown): unknown {
  const { params, mistakes } = parseParams(definition, value);
  if (mistakes.length > 0) throw invalidParams(mistakes);
  return params;
}

export function invalidParams(mistakes: string[]): PortraitError {
  const count = mistakes.length === 1 ? 'One parameter is' : `${mistakes.length} parameters are`;
  return new PortraitError('INVALID_ARGUMENT', `${count} not valid:\n${mistakes.map((m) => `  ${m}`).join('\n')}`, {
    hint: 'docs/parameters.md lists every parameter with unit, range and default.',
  });
}

export function checkInputs(stage: StageName, inputs: ArtifactRecord): void {
  const specs: Record<string, InputSpec> = STAGES[stage].inputs;
  for (const [role, spec] of Object.entries(specs)) {
    const given = spec.many ? inputs[`${role}.0`] : inputs[role];
    if (!given && !spec.optional)
      throw new PortraitError('INVALID_ARGUMENT', `${stage} needs the input ${role} (${spec.kinds.join(' or ')}).`, {
        at: { stage },
      });
  }
  for (const [role, ref] of Object.entries(inputs)) {
    if (!ref) continue;
    const spec = inputSpec(stage, role);
    if (!spec)
      throw new PortraitError(
        'INVALID_ARGUMENT',
        `${stage} has no input ${role}; it has ${Object.keys(specs).join(', ')}.`,
        { at: { stage } },
      );
    if (!spec.kinds.includes(ref.kind))
      throw new PortraitError(
        'INVALID_ARGUMENT',
        `${stage} takes ${spec.kinds.join(' or ')} as ${role}, not ${ref.kind}.`,
        { at: { stage } },
      );
  }
}

export function checkOutputs(stage: StageName, outputs: ArtifactRecord): void {
  const kinds: Record<string, string> = STAGES[stage].outputs;
  for (const [role, kind] of Object.entries(kinds)) {
    if (outputs[role]?.kind !== kind)
      throw new PortraitError(
        'INTERNAL',
        `${stage} must give ${role} of kind ${kind}, and gave ${outputs[role]?.kind ?? 'nothing'}.`,
        { at: { stage } },
      );
  }
}
