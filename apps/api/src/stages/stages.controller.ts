// Endpoints for stages: the catalog, the state of one stage, retry and skip.
import { Controller, Inject } from '@nestjs/common';
import { listParameters, PRESETS } from '@portrait/catalog';
import { PORTRAIT_GRAPH, RENDER_GRAPH, STAGES, STAGE_NAMES, type StageSpecs } from '@portrait/contracts';
import type { Caller } from '../http/api-request.js';
import { CurrentCaller, Input, Route, type RequestOf, type ResponseOf } from '../http/route.js';
import { DecisionsService } from '../people/decisions.service.js';
import { STAGES_REGISTRY } from '../tokens.js';

@Controller()
export class StagesController {
  constructor(
    @Inject(STAGES_REGISTRY) private readonly registry: () => Promise<StageSpecs>,
    private readonly decisions: DecisionsService,
  ) {}

  @Route('listStages')
  async list(): Promise<ResponseOf<'listStages'>> {
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
  get(@CurrentCaller() caller: Caller, @Input() { params }: RequestOf<'getStage'>): Promise<ResponseOf<'getStage'>> {
    return this.decisions.stage(caller, params.id, params.stage);
  }

  @Route('retryStage')
  retry(
    @CurrentCaller() caller: Caller,
    @Input() { params, body }: RequestOf<'retryStage'>,
  ): Promise<ResponseOf<'retryStage'>> {
    return this.decisions.retry(caller, params.id, params.stage, body);
  }

  @Route('skipStage')
  skip(@CurrentCaller() caller: Caller, @Input() { params }: RequestOf<'skipStage'>): Promise<ResponseOf<'skipStage'>> {
    return this.decisions.skip(caller, params.id, params.stage);
  }
}
