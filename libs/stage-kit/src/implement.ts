// What a stage's author needs: a specification and the work that fulfils it become a stage.
import type {
  InputsOf,
  OutputsOf,
  ParamsOf,
  StageContext,
  StageDefinition,
  StageName,
  StageSpec,
} from '@portrait/contracts';

type Run<S extends StageSpec> = (ctx: StageContext, inputs: InputsOf<S>, params: ParamsOf<S>) => Promise<OutputsOf<S>>;

export const implement = <S extends StageSpec>(spec: S, run: Run<S>): StageDefinition<S> => ({ ...spec, run });

/** A stage whose work is loaded when it first runs, so that whoever lists stages does not load what they need. */
export const lazily = <S extends StageSpec>(spec: S, load: () => Promise<StageDefinition<S>>): StageDefinition<S> =>
  implement(spec, async (ctx, inputs, params) => (await load()).run(ctx, inputs, params));

/* eslint-disable @typescript-eslint/no-explicit-any -- inputs and parameters differ per stage, checked at run time */
/** A stage whatever its types; what registries and runners hold. */
export type AnyStage = Omit<StageSpec, 'name'> & {
  readonly name: StageName;
  run(ctx: StageContext, inputs: any, params: any): Promise<any>;
};
/* eslint-enable @typescript-eslint/no-explicit-any */

export type Registry = Readonly<Record<StageName, AnyStage>>;
