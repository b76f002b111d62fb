// Validates parameters of trainings and renders: overlays the request on preset and portrait, and checks the result
// against the stage schemas. Reports all errors at once.
import { mergeParams, requirePreset, resolvePreset, type Portrait } from '@portrait/catalog';
import {
  didYouMean,
  invalidParams,
  parseParams,
  PORTRAIT_GRAPH,
  PortraitError,
  RENDER_GRAPH,
  type Graph,
  type StageSpecs,
} from '@portrait/contracts';
import type { MediaSource, VideoRequest } from '@portrait/contracts/api';
import type { Params } from '../database/schema.js';

type ParamsByStage = Readonly<Record<string, unknown>>;

function checked(
  graph: Graph,
  registry: StageSpecs,
  base: ParamsByStage,
  requested: ParamsByStage,
  more: (merged: Params) => string[] = () => [],
): Params {
  const stages = new Set(Object.values(graph).map(({ stage }) => stage));
  const mistakes = Object.keys(requested)
    .filter((name) => !(stages as Set<string>).has(name))
    .map((name) => `${name}: there is no such stage here.${didYouMean(name, stages)}`);
  const merged: Params = {};
  for (const stage of stages) {
    const params = mergeParams(base[stage], requested[stage]);
    if (params !== undefined) merged[stage] = params as Record<string, unknown>;
    mistakes.push(...parseParams(registry[stage], params).mistakes);
  }
  mistakes.push(...more(merged));
  if (mistakes.length > 0) throw invalidParams(mistakes);
  return merged;
}

/** Parameters of a training, without defaults. @throws PortraitError INVALID_ARGUMENT naming every error */
export function portraitParams(registry: StageSpecs, preset: string, requested: ParamsByStage): Params {
  requirePreset(preset);
  return checked(PORTRAIT_GRAPH, registry, resolvePreset(preset), requested);
}

export interface VideoPlan {
  params: Params;
  speech: MediaSource | 'recorded';
  poseTrack?: MediaSource;
  eyeTrack?: MediaSource;
  backgroundMedia?: MediaSource;
}

const isSource = (choice: unknown): choice is MediaSource =>
  typeof choice === 'object' && choice !== null && ('uploadId' in choice || 'url' in choice);

/** Maps a video request to the render graph. @throws PortraitError INVALID_ARGUMENT naming every error; INCOMPATIBLE */
export function planVideo(
  registry: StageSpecs,
  portrait: Pick<Portrait, 'preset' | 'extractor'>,
  request: Pick<VideoRequest, 'audio' | 'pose' | 'eyes' | 'background' | 'container' | 'params'>,
): VideoPlan {
  const { audio, pose, eyes, background, container } = request;
  const chosen: Record<string, unknown> = {};
  if (pose !== undefined) chosen['pose'] = isSource(pose) ? 'track' : pose;
  else if (audio === 'recorded') chosen['pose'] = 'recorded';
  if (eyes !== undefined)
    Object.assign(
      chosen,
      isSource(eyes)
        ? { eyes: 'track' }
        : typeof eyes === 'object'
          ? { eyes: 'fixed', eyesOpen: eyes.open }
          : { eyes: eyes === 'natural' ? 'blinks' : eyes },
    );
  if (background !== undefined) chosen['background'] = isSource(background) ? 'media' : background;
  if (container !== undefined || background === 'transparent') chosen['container'] = container ?? 'webm';
  const base = {
    render: mergeParams(resolvePreset(portrait.preset).render ?? {}, chosen),
    'audio-features': { extractor: portrait.extractor.name },
  };
  const params = checked(RENDER_GRAPH, registry, base, request.params, ({ render = {} }) => [
    ...(render['pose'] === 'track' && !isSource(pose)
      ? ['pose: is a track, so an upload or address of it must be given']
      : []),
    ...(render['eyes'] === 'track' && !isSource(eyes)
      ? ['eyes: are a track, so an upload or address of it must be given']
      : []),
    ...(render['background'] === 'media' && !isSource(background)
      ? ['background: is media, so an upload or address of it must be given']
      : []),
  ]);
  const extractor = params['audio-features']?.['extractor'];
  if (extractor !== portrait.extractor.name) {
    throw new PortraitError(
      'INCOMPATIBLE',
      `The portrait was trained with the extractor ${portrait.extractor.name}, not with ${String(extractor)}.`,
      { hint: 'Omit params.audio-features.extractor, or train a portrait with that extractor.' },
    );
  }
  return {
    params,
    speech: audio,
    ...(isSource(pose) ? { poseTrack: pose } : {}),
    ...(isSource(eyes) ? { eyeTrack: eyes } : {}),
    ...(isSource(background) ? { backgroundMedia: background } : {}),
  };
}
