// Serves the stage, and the comparison of re-enacted videos, on the task queue `evaluate`.
import { serveStage } from '@portrait/service-kit';
import { compareStage } from './compare.js';
import { evaluateStage } from './stage.js';

await serveStage({ definitions: [evaluateStage, compareStage] });
