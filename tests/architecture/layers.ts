// The layers of packages. It imports nothing, because infra/nx reads it without a build and makes tags of it.
const CONTRACTS = ['contracts'];
const FOUNDATION = ['catalog', 'config', 'observability', 'models', 'media', 'artifact-store', 'kernels', 'api-client'];
const TOOLKITS = ['stage-kit', 'face', 'local-servers'];
const PORTRAIT = ['nerf'];
const SERVICES = ['service-kit'];

/** Layers from the ground up. A package may use packages of lower layers only. */
export const LAYERS: readonly (readonly string[])[] = [
  CONTRACTS,
  [...FOUNDATION, 'workflows'],
  TOOLKITS,
  [...PORTRAIT, ...SERVICES],
  ['stage-*'],
  ['stage-registry', 'orchestrator'],
  ['cli', 'api'],
];

/** Libraries whose names begin like that of a stage. */
const LIBRARIES_OF_STAGES = ['stage-kit', 'stage-registry'];

export const shortName = (name: string): string => name.replace(/^@portrait\//, '');

export function layerOf(name: string): number {
  return LAYERS.findIndex((layer) =>
    layer.some((entry) =>
      entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) && !LIBRARIES_OF_STAGES.includes(name) : entry === name,
    ),
  );
}
