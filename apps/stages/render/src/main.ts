// Serves render, and the stages whose specification names this service; beside them the plan where to cut a video.
import { PLAN_PARTS, PLANS_QUEUE, type PlanPartsTask } from '@portrait/contracts';
import { serveStage } from '@portrait/service-kit';
import { joinStage } from '@portrait/stage-join';
import { planParts } from './plan-parts.js';
import { renderStage } from './run.js';

await serveStage({
  stages: [renderStage, joinStage],
  small: {
    queue: PLANS_QUEUE,
    activities: (store) => ({
      [PLAN_PARTS]: async ({ person, ...task }: PlanPartsTask) => {
        await using scope = await store.scope(person);
        return await planParts(scope, task);
      },
    }),
  },
});
