// The services of the system: which processes there are and where each starts. Derived from the graph.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { StoreRole } from '@portrait/artifact-store';
import { PortraitError, STAGE_NAMES, stageQueue } from '@portrait/contracts';

export interface ServiceProgram {
  name: string;
  /** What a container or a shell starts with node. */
  main: string;
  /** What it may do with the store; null: it never touches it. */
  role: StoreRole | null;
}

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** One service a task queue, the orchestrator and the API. */
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
      hint: 'Run node infra/setup/setup.mjs, then the same command again.',
    });
}
