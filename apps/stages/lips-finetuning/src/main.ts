// Serves the stage: a worker on the task queue of its name.
import { serveStage } from '@portrait/service-kit';
import { lipsFinetuningStage } from './run.js';

await serveStage({ stages: [lipsFinetuningStage] });
