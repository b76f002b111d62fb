// Serves the stage and the join of parts on the task queue `render`, and beside it the plan where to cut.
import { PLAN_PARTS, PLANS_QUEUE, type PlanPartsTask } from '@portrait/contracts';
import { serveStage } from '@portrait/service-kit';
import { joinStage } from './join.js';
import { planParts } from './plan-parts.js';
import { renderStage } from './stage.js';

await serveStage({
  definitions: [renderStage, joinStage],
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
