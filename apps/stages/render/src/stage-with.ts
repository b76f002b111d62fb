// The stage over any renderer of frames. Specs give it a drawing; the product gives it the portrait (stage.ts).
import { defineStage } from '@portrait/stage-kit';
import { renderParams, type RenderParams } from './params.js';
import { renderVideo, type OpenRenderer, type RenderInputs } from './run.js';
import type { ArtifactRef } from '@portrait/contracts';

const VERSION = 2;

export function renderStageWith(openRenderer: OpenRenderer) {
  return defineStage<RenderInputs, RenderParams, { video: ArtifactRef<'video'> }>({
    name: 'render',
    version: VERSION,
    params: renderParams,
    run: (ctx, inputs, params) => renderVideo(ctx, inputs, params, openRenderer),
  });
}
