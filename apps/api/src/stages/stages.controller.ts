// Stages: what there is, how one stands, and what to do about one that is parked.
import { Controller, Inject } from '@nestjs/common';
import { listParameters, PRESETS } from '@portrait/catalog';
import { PORTRAIT_GRAPH, RENDER_GRAPH, STAGES, STAGE_NAMES, type StageSpecs } from '@portrait/contracts';
import type { Caller } from '../http/asked.js';
import { By, Given, Route, type Ask, type Reply } from '../http/route.js';
import { DecisionsService } from '../people/decisions.service.js';
import { STAGES_REGISTRY } from '../tokens.js';

@Controller()
export class StagesController {
  constructor(
    @Inject(STAGES_REGISTRY) private readonly registry: () => Promise<StageSpecs>,
    private readonly decisions: DecisionsService,
  ) {}

  @Route('listStages')
  async list(): Promise<Reply<'listStages'>> {
    const registry = await this.registry();
    const graphs = { portrait: PORTRAIT_GRAPH, render: RENDER_GRAPH };
    return {
      stages: STAGE_NAMES.map((stage) => {
        const node = PORTRAIT_GRAPH[stage];
        const needs = Object.values(node?.inputs ?? {}).flatMap((source) => ('node' in source ? [source.node] : []));
        return {
          stage,
          title: STAGES[stage].title,
          resource: STAGES[stage].resource,
          graphs: Object.entries(graphs).flatMap(([name, graph]) => (stage in graph ? [name] : [])),
          needs: [...new Set(needs)],
          canBeSkipped: node?.skip !== undefined,
          params: listParameters(registry[stage]),
        };
      }),
      presets: Object.entries(PRESETS).map(([preset, { purpose }]) => ({ preset, purpose })),
    };
  }

  @Route('getStage')
  get(@By() by: Caller, @Given() { params }: Ask<'getStage'>): Promise<Reply<'getStage'>> {
    return this.decisions.stage(by, params.id, params.stage);
  }

  @Route('retryStage')
  retry(@By() by: Caller, @Given() { params, body }: Ask<'retryStage'>): Promise<Reply<'retryStage'>> {
    return this.decisions.retry(by, params.id, params.stage, body);
  }

  @Route('skipStage')
  skip(@By() by: Caller, @Given() { params }: Ask<'skipStage'>): Promise<Reply<'skipStage'>> {
    return this.decisions.skip(by, params.id, params.stage);
  }
}
