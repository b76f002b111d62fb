// Serves the stage, the join of parts, and the plan where to cut, on the task queue `render`.
import { PLAN_PARTS, type PlanPartsTask } from '@portrait/contracts';
import { serveStage } from '@portrait/service-kit';
import { joinStage } from './join.js';
import { planParts } from './plan-parts.js';
import { renderStage } from './stage.js';

await serveStage({
  definitions: [renderStage, joinStage],
  extra: (store) => ({ [PLAN_PARTS]: async ({ person, ...task }: PlanPartsTask) => {
    await using scope = await store.scope(person);
    return await planParts(scope, task);
  } }),
});
