// Definition of the stage: parameters in params.ts, what it does in run.ts, pixels from portrait-frames.ts.
import { openPortraitFrames } from './portrait-frames.js';
import { renderStageWith } from './stage-with.js';

export const renderStage = renderStageWith(openPortraitFrames);
