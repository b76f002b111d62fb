// Checks at the border of a stage: parameters against its schema, artifacts against its specification.
import {
  PortraitError,
  inputSpec,
  invalidParams,
  parseParams,
  type ArtifactRecord,
  type StageSpec,
} from '@portrait/contracts';

/** @throws PortraitError INVALID_ARGUMENT naming every mistake */
export function requireParams(spec: StageSpec, value: unknown): unknown {
  const { params, mistakes } = parseParams(spec, value);
  if (mistakes.length > 0) throw invalidParams(mistakes);
  return params;
}

/**
 * @throws PortraitError INVALID_ARGUMENT naming the first artifact that is missing, not asked for or of another kind
 */
export function checkInputs(spec: StageSpec, inputs: ArtifactRecord): void {
  const stage = spec.name;
  for (const [role, { kinds, many, optional }] of Object.entries(spec.inputs)) {
    const given = many ? inputs[`${role}.0`] : inputs[role];
    if (!given && !optional)
      throw new PortraitError('INVALID_ARGUMENT', `${stage} needs the input ${role} (${kinds.join(' or ')}).`, {
        at: { stage },
      });
  }
  for (const [role, ref] of Object.entries(inputs)) {
    if (!ref) continue;
    const found = inputSpec(spec, role);
    if (!found)
      throw new PortraitError(
        'INVALID_ARGUMENT',
        `${stage} has no input ${role}; it has ${Object.keys(spec.inputs).join(', ')}.`,
        { at: { stage } },
      );
    if (!found.kinds.includes(ref.kind))
      throw new PortraitError(
        'INVALID_ARGUMENT',
        `${stage} takes ${found.kinds.join(' or ')} as ${role}, not ${ref.kind}.`,
        { at: { stage } },
      );
  }
}

/** @throws PortraitError INTERNAL: the stage itself is at fault */
export function checkOutputs(spec: StageSpec, outputs: ArtifactRecord): void {
  for (const [role, kind] of Object.entries(spec.outputs)) {
    if (outputs[role]?.kind !== kind)
      throw new PortraitError(
        'INTERNAL',
        `${spec.name} must give ${role} of kind ${kind}, and gave ${outputs[role]?.kind ?? 'nothing'}.`,
        { at: { stage: spec.name } },
      );
  }
}
