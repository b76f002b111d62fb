// join: parts of one video, rendered apart, become the video.
import { z } from 'zod';
import { input, manyInputs } from './inputs.js';
import { stageSpec } from './stage-spec.js';

export const joinSpec = stageSpec({
  name: 'join',
  title: 'Join the parts of a video',
  version: 1,
  service: 'render',
  resource: 'cpu',
  inputs: { parts: manyInputs('video'), speech: input('speech', 'clip') },
  outputs: { video: 'video' },
  params: z.strictObject({}),
});
