// Definition of the stage: its parameters and what runs it.
import { defineStage } from '@portrait/stage-kit';
import { renderParams, type RenderParams } from './params.js';
import { renderVideo, type OpenRenderer, type RenderInputs } from './run.js';
import type { ArtifactRef } from '@portrait/contracts';

const VERSION = 1;

/** The stage over any renderer of frames. */
export function renderStageWith(openRenderer: OpenRenderer) {
  return defineStage<RenderInputs, RenderParams, { video: ArtifactRef<'video'> }>({
    name: 'render',
    version: VERSION,
    params: renderParams,
    run: (ctx, inputs, params) => renderVideo(ctx, inputs, params, openRenderer),
  });
}
