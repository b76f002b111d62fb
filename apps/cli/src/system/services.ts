// Lists the service processes of the system and their entry points, derived from the graph.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { StoreRole } from '@portrait/artifact-store';
import { PortraitError, STAGE_NAMES, stageQueue } from '@portrait/contracts';

export interface ServiceProgram {
  name: string;
  /** Entry point for node. */
  main: string;
  /** Its rights in the store; null: none. */
  role: StoreRole | null;
}

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** The orchestrator, the API and one service per task queue. */
export function servicePrograms(): ServiceProgram[] {
  const stages = [...new Set(STAGE_NAMES.map(stageQueue))].map((name) => ({
    name,
    main: at(`stages/${name}/dist/main.js`),
    role: 'stage' as const,
  }));
  return [
    { name: 'orchestrator', main: at('orchestrator/dist/main.js'), role: null },
    { name: 'api', main: at('api/dist/main.js'), role: 'api' },
    ...stages,
  ];
}

export function requireBuilt(programs: readonly ServiceProgram[]): void {
  const missing = programs.filter(({ main }) => !existsSync(main));
  if (missing.length > 0)
    throw new PortraitError('DEPENDENCY_MISSING', `Not built yet: ${missing.map(({ name }) => name).join(', ')}.`, {
      hint: 'Run node infra/setup/setup.mjs, then run the same command again.',
    });
}
