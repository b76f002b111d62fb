// Test support: a catalog of stages and responses of the API with defaults for every field.
import { PORTRAIT_GRAPH, RENDER_GRAPH, STAGES } from '@portrait/contracts';
import type { Batch, Person, StageState, Video } from './api-types.js';

export const CATALOG = {
  stages: [
    ...new Set([...Object.values(PORTRAIT_GRAPH), ...Object.values(RENDER_GRAPH)].map(({ stage }) => stage)),
  ].map((stage) => ({
    stage,
    title: STAGES[stage].title,
    resource: 'cpu',
    needs: [],
    canBeSkipped: false,
    graphs: [...(stage in PORTRAIT_GRAPH ? ['portrait'] : []), ...(stage in RENDER_GRAPH ? ['render'] : [])],
    params: ['steps', 'poseSmoothing'].map((path) => ({ path, type: 'any', default: 'null', meaning: '' })),
  })),
  presets: [
    { preset: 'preview', purpose: '' },
    { preset: 'standard', purpose: '' },
  ],
};

const AT = '2026-01-01T10:00:00.000Z';

export const stage = (name: string, more: Partial<StageState> = {}): StageState => ({
  stage: name,
  title: name,
  status: 'waiting',
  attempt: 0,
  progress: null,
  done: null,
  total: null,
  unit: null,
  message: null,
  startedAt: null,
  finishedAt: null,
  error: null,
  cached: null,
  seconds: null,
  coreSeconds: null,
  artifacts: [],
  previews: [],
  findings: [],
  metrics: {},
  ...more,
});
export const doneStages = (): StageState[] =>
  Object.keys(PORTRAIT_GRAPH).map((name) =>
    stage(name, { status: 'done', attempt: 1, seconds: 2, coreSeconds: 2, cached: false }),
  );

export const ANNA = 'p_aaaaaaaaaaaaaaaaaaaa';
export const person = (more: Partial<Person> = {}): Person => ({
  id: ANNA,
  name: 'anna',
  status: 'ready',
  consentId: 'c_1',
  preset: 'standard',
  params: {},
  seed: 1,
  evaluate: true,
  metadata: {},
  error: null,
  progress: 1,
  stages: doneStages(),
  createdAt: AT,
  updatedAt: AT,
  startedAt: AT,
  finishedAt: AT,
  ...more,
});

export const video = (more: Partial<Video> = {}): Video =>
  ({
    id: 'v_1',
    personId: ANNA,
    batchId: null,
    itemId: null,
    status: 'ready',
    seed: 1,
    shards: 1,
    metadata: {},
    seconds: 2,
    coreSeconds: 3,
    error: null,
    progress: 1,
    files: [],
    stages: [stage('audio-features', { status: 'done' }), stage('render', { status: 'done' })],
    createdAt: AT,
    updatedAt: AT,
    startedAt: AT,
    finishedAt: AT,
    ...more,
  }) as Video;

export const batch = (more: Partial<Batch> = {}): Batch => ({
  id: 'b_1',
  name: 'lessons',
  status: 'done',
  counts: { total: 2, waiting: 0, running: 0, done: 2, failed: 0, cancelled: 0 },
  progress: 1,
  window: null,
  pausedUntil: null,
  priority: 3,
  concurrency: 4,
  secondsPerItem: 1,
  forecastAt: null,
  seconds: 4,
  coreSeconds: 6,
  metadata: {},
  createdAt: AT,
  updatedAt: AT,
  startedAt: AT,
  finishedAt: AT,
  ...more,
});
