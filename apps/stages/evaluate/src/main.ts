// Serves evaluate, and the stages whose specification names this service.
import { serveStage } from '@portrait/service-kit';
import { compareStage } from '@portrait/stage-compare';
import { evaluateStage } from './run.js';

await serveStage({ stages: [evaluateStage, compareStage] });
