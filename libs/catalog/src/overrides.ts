// `--set stage.param=value` → parameters by stage. All mistakes of all settings are named together, unknown names with
// the nearest known one.
import {
  didYouMean,
  invalidParams,
  parseParams,
  type Graph,
  type StageName,
  type StageSpecs,
} from '@portrait/contracts';
import { listParameters } from './list-parameters.js';
import { mergeParams } from './merge-params.js';

/** Parameters by stage; defaults may be left out. */
export type StageParams = Partial<Record<StageName, Record<string, unknown>>>;

/** Paths of the parameters of each stage: from the schemas here, or as a remote system lists its own. */
export type KnownParameters = ReadonlyMap<string, readonly string[]>;

/** `true`, `3`, `[1,2]`, `"x"` are JSON; anything else is text. */
export function parseValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

interface Assignment {
  stage: string;
  path: string[];
  value: unknown;
}

function readAssignment(text: string, parameters: KnownParameters, mistakes: string[]): Assignment | undefined {
  const equals = text.indexOf('=');
  const [stage = '', ...path] = (equals < 0 ? text : text.slice(0, equals)).trim().split('.');
  if (equals < 0 || path.length === 0 || path.includes('')) {
    mistakes.push(`"${text}" is not stage.parameter=value, for example head-training.steps=4000`);
    return undefined;
  }
  const known = parameters.get(stage);
  if (known === undefined) {
    mistakes.push(`${stage}: there is no such stage here.${didYouMean(stage, parameters.keys())}`);
    return undefined;
  }
  const name = path.join('.');
  // A whole group may be given as JSON: head-training.optim={"raysPerStep":4096}
  if (!known.includes(name) && !known.some((entry) => entry.startsWith(`${name}.`))) {
    const nearest = `there is no such parameter.${didYouMean(name, known)}`;
    mistakes.push(`${stage}.${name}: ${known.length === 0 ? 'this stage has no parameters.' : nearest}`);
    return undefined;
  }
  return { stage, path, value: parseValue(text.slice(equals + 1)) };
}

/**
 * Assignments laid over `base`, by stage; mistakes in words. Values are not checked here: the schema of the stage does
 * that.
 */
export function readAssignments(
  assignments: readonly string[],
  parameters: KnownParameters,
  base: Readonly<Record<string, unknown>> = {},
): { params: Record<string, Record<string, unknown>>; mistakes: string[] } {
  const mistakes: string[] = [];
  const params = { ...base } as Record<string, Record<string, unknown>>;
  for (const text of assignments) {
    const assignment = readAssignment(text, parameters, mistakes);
    if (assignment === undefined) continue;
    const { stage, path, value } = assignment;
    const change = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
    params[stage] = mergeParams(params[stage] ?? {}, change) as Record<string, unknown>;
  }
  return { params, mistakes };
}

/**
 * Parameters of a graph: `base` (a preset) with the assignments laid over it, checked against every stage's schema.
 * @throws PortraitError INVALID_ARGUMENT naming every mistake
 */
export function graphParams(
  graph: Graph,
  specs: StageSpecs,
  base: Partial<Record<StageName, unknown>>,
  assignments: readonly string[],
): StageParams {
  const stages = [...new Set(Object.values(graph).map((node) => node.stage))];
  const given = Object.fromEntries(
    stages.filter((stage) => base[stage] !== undefined).map((stage) => [stage, base[stage]]),
  );
  const known = new Map(
    stages.map((stage): [string, string[]] => [
      stage,
      assignments.length === 0 ? [] : listParameters(specs[stage]).map(({ path }) => path),
    ]),
  );
  const { params, mistakes } = readAssignments(assignments, known, given);
  for (const stage of stages) mistakes.push(...parseParams(specs[stage], params[stage]).mistakes);
  if (mistakes.length > 0) throw invalidParams(mistakes);
  return params;
}
