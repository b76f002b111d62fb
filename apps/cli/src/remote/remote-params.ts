// Parses `--set stage.parameter=value` for a remote system. Checks names against its stages; the system checks values.
import { answer, type ApiClient } from '@portrait/api-client';
import { readAssignments } from '@portrait/catalog';
import { PortraitError, didYouMean, invalidParams } from '@portrait/contracts';

export type ParamsByStage = Record<string, Record<string, unknown>>;

/** @throws PortraitError INVALID_ARGUMENT that names every mistake */
export async function remoteParams(
  client: ApiClient,
  graph: 'portrait' | 'render',
  set: readonly string[],
  preset?: string,
): Promise<ParamsByStage> {
  if (set.length === 0 && preset === undefined) return {};
  const { stages, presets } = await answer(client.GET('/v1/stages'));
  if (preset !== undefined && !presets.some((known) => known.preset === preset)) {
    const names = presets.map((known) => known.preset);
    throw new PortraitError(
      'INVALID_ARGUMENT',
      `The remote system has no preset "${preset}".${didYouMean(preset, names)}`,
    );
  }
  const known = new Map(
    stages
      .filter(({ graphs }) => graphs.includes(graph))
      .map(({ stage, params }) => [stage, params.map(({ path }) => path)]),
  );
  const { params, mistakes } = readAssignments(set, known);
  if (mistakes.length > 0) throw invalidParams(mistakes);
  return params;
}
