// Serves the stage: a worker on the task queue of its name.
import { serveStage } from '@portrait/service-kit';
import { faceTrackingStage } from './run.js';

await serveStage({ stages: [faceTrackingStage] });
