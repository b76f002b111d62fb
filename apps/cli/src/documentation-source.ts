// Collects the data of the generated documents from where it is defined. infra/docs lays the documents out.
import { SERVICE_SETTINGS, SETTINGS } from '@portrait/config';
import { ARTIFACT_KINDS, ERROR_TABLE, PORTRAIT_GRAPH, STAGES } from '@portrait/contracts';
import { billOfMaterials } from '@portrait/models';
import { commandReference } from './commands/reference.js';
import { stageDiagram } from './inspect/diagram.js';
import { listParameters, PRESETS } from '@portrait/catalog';

export function documentationSource(): Record<string, unknown> {
  return {
    stages: STAGES,
    kinds: ARTIFACT_KINDS,
    errors: ERROR_TABLE,
    settings: SETTINGS,
    serviceSettings: SERVICE_SETTINGS,
    presets: PRESETS,
    bill: billOfMaterials(),
    commands: commandReference(),
    diagram: stageDiagram(PORTRAIT_GRAPH),
    registry: STAGES,
    listParameters,
  };
}
