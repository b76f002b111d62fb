// What a specification of a stage holds, and the types that follow from one. A specification is data: no code of the
// stage, no library but zod. Whoever lists, checks or chains stages reads specifications; only a runner needs the work.
import type { z } from 'zod';
import type { ArtifactKind, ArtifactRef } from '../artifacts.js';

export interface InputSpec {
  readonly kinds: readonly ArtifactKind[];
  readonly optional?: true;
  /** Any number of them, at least one: roles `parts.0`, `parts.1` … in order. */
  readonly many?: true;
}

export interface StageSpec {
  readonly name: string;
  readonly title: string;
  /** Raised whenever the same inputs and parameters may give other bytes. */
  readonly version: number;
  /** The service that runs the stage, which is also its task queue: its own name, or the stage it is served beside. */
  readonly service: string;
  readonly resource: 'cpu' | 'gpu';
  readonly inputs: Readonly<Record<string, InputSpec>>;
  readonly outputs: Readonly<Record<string, ArtifactKind>>;
  /** Rejects unknown keys; every field has a default, and a description with unit and source. */
  readonly params: z.ZodType;
}

/** Keeps the literal types of a specification, which everything below derives from. */
export const stageSpec = <const S extends StageSpec>(spec: S): S => spec;

/** The specification of an input by its role; `parts.3` is one of `parts`. */
export function inputSpec(spec: Pick<StageSpec, 'inputs'>, role: string): InputSpec | undefined {
  const [base = '', index] = role.split('.');
  const found = spec.inputs[base];
  return found !== undefined && (found.many === true) === (index !== undefined) ? found : undefined;
}

type RefOf<I extends InputSpec> = ArtifactRef<I['kinds'][number]>;
type Inputs<S extends StageSpec> = S['inputs'];
type RequiredRoles<S extends StageSpec> = {
  [R in keyof Inputs<S>]: Inputs<S>[R] extends { optional: true } | { many: true } ? never : R;
}[keyof Inputs<S>];
type OptionalRoles<S extends StageSpec> = {
  [R in keyof Inputs<S>]: Inputs<S>[R] extends { optional: true } ? R : never;
}[keyof Inputs<S>];
type ManyRoles<S extends StageSpec> = {
  [R in keyof Inputs<S>]: Inputs<S>[R] extends { many: true } ? R : never;
}[keyof Inputs<S>];

/** Role → artifact, as the stage receives it. */
export type InputsOf<S extends StageSpec> = { [R in RequiredRoles<S>]: RefOf<Inputs<S>[R]> } & {
  [R in OptionalRoles<S>]?: RefOf<Inputs<S>[R]> | undefined;
} & {
  [R in ManyRoles<S> as `${R & string}.${number}`]: RefOf<Inputs<S>[R]>;
};

/** Role → artifact, as the stage returns it. */
export type OutputsOf<S extends StageSpec> = { [R in keyof S['outputs']]: ArtifactRef<S['outputs'][R]> };

/** Parameters with defaults filled in. */
export type ParamsOf<S extends StageSpec> = z.output<S['params']>;
