// The table of deployed services, derived from the graph and the packages: names, images, rights in the store,
// sizes. The compose file and the Kubernetes manifests are generated from it.

/** Port of liveness, readiness and metrics in every container. */
export const HEALTH_PORT = 9464;
export const API_PORT = 8080;
/** How long a service may finish what it does, and how much longer it is waited for before it is killed. */
export const DRAIN_SECONDS = 60;
export const DRAIN_SLACK_SECONDS = 15;
/** User and group `node` of the base image. */
export const USER_ID = 1000;

export const NAMESPACE = 'portrait';
export const BUCKET = 'portrait';

/**
 * Cores, and MiB requested and allowed. Training needs about 1 GB at most; the rest is file cache.
 */
const SIZES = {
  gpu: { cpu: 2, memoryRequest: 1536, memoryLimit: 4096, scratchGiB: 30 },
  cpu: { cpu: 1, memoryRequest: 768, memoryLimit: 3072, scratchGiB: 30 },
  plain: { cpu: 1, memoryRequest: 384, memoryLimit: 1024, scratchGiB: 5 },
};

/** Workspace packages that `folder` needs at run time, itself first. `packages`: folder → package.json */
export function closure(folder, packages) {
  const folderOf = new Map(Object.entries(packages).map(([path, { name }]) => [name, path]));
  const found = [];
  const visit = (path) => {
    if (found.includes(path)) return;
    found.push(path);
    for (const name of Object.keys(packages[path].dependencies ?? {}))
      if (folderOf.has(name)) visit(folderOf.get(name));
  };
  visit(folder);
  return found;
}

/**
 * @param graph `{ STAGES, stageQueue }` of the contracts
 * @param packages folder → package.json of every workspace package
 * @returns one entry a service, the orchestrator and the API first
 */
export function listServices({ STAGES, stageQueue }, packages) {
  const stages = new Map();
  for (const [stage, { resource }] of Object.entries(STAGES)) {
    const queue = stageQueue(stage);
    const entry = stages.get(queue) ?? { title: STAGES[queue].title, stages: [], resource: 'cpu' };
    stages.set(queue, {
      ...entry,
      stages: [...entry.stages, stage],
      resource: resource === 'gpu' ? 'gpu' : entry.resource,
    });
  }
  const plain = (name, title, roles) => ({
    name,
    title,
    workspace: `apps/${name}`,
    stages: [],
    roles,
    resource: 'cpu',
    ...SIZES.plain,
  });
  const services = [
    plain('orchestrator', 'Runs workflow tasks', []),
    plain('api', 'The HTTP API, and the bookkeeping of workflows', ['api', 'erase']),
    ...[...stages].map(([name, entry]) => ({
      name,
      ...entry,
      workspace: `apps/stages/${name}`,
      roles: ['stage'],
      ...SIZES[entry.resource],
    })),
  ];
  return services.map((service) => ({ ...service, ...contents(service, packages) }));
}

/**
 * The content of the image. Only stages run media programs, kernels and models; others import those packages for types.
 */
function contents({ workspace, stages }, packages) {
  const used =
    stages.length > 0
      ? closure(workspace, packages)
      : Object.keys(packages[workspace].dependencies ?? {}).map((name) => name.replace('@portrait/', 'libs/'));
  return {
    media: used.includes('libs/media'),
    kernels: used.includes('libs/kernels'),
    models: used.includes('libs/models'),
  };
}

/** Build arguments of the Dockerfile for one service. */
export const buildArguments = ({ name, workspace, media, kernels, models }, backend = 'cpu') => ({
  SERVICE: name,
  WORKSPACE: workspace,
  RUNTIME: media ? 'media' : 'plain',
  KERNELS: kernels ? backend : 'none',
  MODELS: models ? 'shipped' : 'none',
});

/** Local copies may take half of a service's disk; drafts and scratch need the rest. */
export const cacheBytes = ({ scratchGiB }) => scratchGiB * 2 ** 29;

export const imageName = (name) => `talking-portrait/${name}`;
