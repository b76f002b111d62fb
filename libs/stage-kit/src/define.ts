// The types a stage author needs. A stage definition is plain data; this only makes the compiler check it.
import type { ArtifactRecord, StageDefinition } from '@portrait/contracts';

export function defineStage<I extends ArtifactRecord, P, O extends ArtifactRecord>(
  definition: StageDefinition<I, P, O>,
): StageDefinition<I, P, O> {
  return definition;
}

/** A stage whatever its types; what registries and runners hold. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- input and params types differ per stage and are checked at run time
export type AnyStage = StageDefinition<any, any, any>;
