// The rules of who may use whom, as a table and as functions that name each offence and the way out.
import { STAGES, type StageName } from '@portrait/contracts';
import { layerOf, shortName } from './layers.js';
import type { Import, Package } from './workspace.js';

/**
 * What only one layer may touch: package or name prefix → the packages that may import it, and why.
 * local-servers prepares the Temporal server that it starts, and its specs use an S3 client to prove that its MinIO is
 * an S3 store.
 */
export const RESERVED: readonly { pattern: RegExp; allowed: RegExp; why: string }[] = [
  {
    pattern: /^@temporalio\//,
    allowed: /^(workflows|stage-kit|service-kit|orchestrator|api|local-servers)$/,
    why: 'stages never know who runs them',
  },
  {
    pattern: /^@opentelemetry\//,
    allowed: /^observability$/,
    why: 'spans are made through observability, which loads nothing while tracing is off',
  },
  {
    pattern: /^(minio|@aws-sdk\/)/,
    allowed: /^(artifact-store|local-servers)$/,
    why: 'only the store knows where bytes lie',
  },
  { pattern: /^@nestjs\//, allowed: /^(api|service-kit)$/, why: 'only the API and the health of services speak HTTP' },
  { pattern: /^(commander|@clack\/)/, allowed: /^cli$/, why: 'only the command line talks to a terminal' },
  {
    pattern: /^(drizzle-orm|pg|express|@electric-sql\/pglite)(\/|$)/,
    allowed: /^api$/,
    why: 'only the API has a database and speaks HTTP to callers',
  },
  { pattern: /^openapi-/, allowed: /^api-client$/, why: 'the API is called through its client' },
  { pattern: /^sharp$/, allowed: /^media$/, why: 'images are read and written in media only' },
  {
    pattern: /^@mediapipe\//,
    allowed: /^(face|models|stage-semantic-parsing)$/,
    why: 'landmark and segmentation models are used behind face and semantic parsing only',
  },
];

/** What a package may not import although its layer would allow it: package → short names that are refused, and why. */
export const REFUSED: readonly { from: RegExp; refused: RegExp; why: string }[] = [
  {
    from: /^(api|workflows)$/,
    refused: /^(stage-(?!kit$).+|nerf|face|kernels)$/,
    why:
      'specifications are in contracts, presets and parameters in catalog; ' +
      'the code of stages runs in their services',
  },
  {
    from: /^catalog$/,
    refused: /^(?!contracts$).+/,
    why: 'whoever starts work loads it, so it imports contracts only',
  },
  {
    from: /^(?!cli$).+/,
    refused: /^stage-registry$/,
    why: 'only a process that runs every stage itself needs them all; a service imports the stages it serves',
  },
];

/** Entry points beside index.ts: what must load without the rest of its package. */
const SECOND_ENTRIES = [
  'stage-kit/temporal',
  'contracts/work',
  'contracts/api',
  'workflows/failures',
  'api-client/webhooks',
];

/** A service runs every stage that names it, so its process imports them; no other code of a stage does. */
function serves(from: string, to: string, file: string | undefined): boolean {
  const [host, guest] = [from, to].map((name) => name.replace('stage-', '') as StageName);
  return STAGES[guest!]?.service === host && (file === undefined || file.endsWith('/src/main.ts'));
}

/** One sentence when `from` may not import `specifier`, else null. Without `file`: when no file of it may. */
export function forbidden({
  package: fromPackage,
  specifier,
  inTest,
  file,
}: Pick<Import, 'package' | 'specifier' | 'inTest'> & { file?: string }): string | null {
  const from = shortName(fromPackage);
  for (const { pattern, allowed, why } of RESERVED) {
    if (pattern.test(specifier) && !allowed.test(from)) return `${from} may not import ${specifier}: ${why}.`;
  }
  if (!specifier.startsWith('@portrait/')) return null;
  const [, to = '', ...deep] = specifier.split('/');
  if (deep.length > 0 && !SECOND_ENTRIES.includes([to, ...deep].join('/')))
    return `${from} reaches into ${to} (${specifier}); import what its index.ts exports.`;
  if (to === 'testing') return inTest ? null : `${from} imports testing in product code; only specs may.`;
  if (from === 'testing') return null;
  if (from === 'workflows' && to !== 'contracts' && !inTest)
    return `workflows imports ${to}: workflow code is deterministic and knows contracts only.`;
  for (const rule of REFUSED)
    if (to !== from && rule.from.test(from) && rule.refused.test(to) && !inTest)
      return `${from} may not import ${to}: ${rule.why}.`;
  const fromLayer = layerOf(from);
  const toLayer = layerOf(to);
  if (fromLayer < 0) return `${from} is in no layer; add it to the table in tests/architecture/layers.ts.`;
  if (toLayer < 0) return `${to} is in no layer; add it to the table in tests/architecture/layers.ts.`;
  if (toLayer < fromLayer) return null;
  if (from.startsWith('stage-') && to.startsWith('stage-') && toLayer === fromLayer)
    return serves(from, to, file)
      ? null
      : `${from} imports ${to}: stages hand artifacts to each other, never code. Move what both need to a library.`;
  return `${from} (layer ${fromLayer}) may not import ${to} (layer ${toLayer}); dependencies point down only.`;
}

/** npm package a specifier belongs to, or null for relative and built-in modules. */
export function packageOf(specifier: string): string | null {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return null;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Imports whose package is not declared where it is used. Test tools come from the root. */
export function undeclared(packages: Package[], imports: Import[]): string[] {
  const byName = new Map(packages.map((pkg) => [pkg.name, pkg]));
  const offences = new Set<string>();
  for (const { file, package: name, specifier, inTest } of imports) {
    const target = packageOf(specifier);
    const pkg = byName.get(name)!;
    if (target === null || target === name || (inTest && ['@jest/globals', '@portrait/testing'].includes(target)))
      continue;
    if (name === '@portrait/testing' && target === '@jest/globals') continue;
    if (!(target in pkg.dependencies) && !(inTest && target in pkg.devDependencies))
      offences.add(`${file} imports ${target}; ${pkg.folder}/package.json does not declare it.`);
    const reference = byName.get(target)?.folder;
    if (reference !== undefined && !pkg.references.includes(reference))
      offences.add(`${file} imports ${target}; ${pkg.folder}/tsconfig.json has no reference to ${reference}.`);
  }
  return [...offences];
}
