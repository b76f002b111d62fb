// Finds import circles between files: groups of files of which each reaches every other.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { filesBelow, importsOf, root, type Package } from './workspace.js';

/** File → files it imports, types included. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/**
 * @returns circles, each sorted: strongly connected components of more than one file (Tarjan), and files that import
 *   themselves
 */
export function findCircles(graph: ImportGraph): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    lowest.set(file, order.get(file)!);
    stack.push(file);
    for (const target of graph.get(file) ?? []) {
      if (!order.has(target)) visit(target);
      if (stack.includes(target)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(target)!));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const component = stack.splice(stack.indexOf(file));
    if (component.length > 1 || graph.get(file)?.includes(file)) circles.push(component.sort());
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return circles;
}

/** Where an import leads inside the workspace; null when it leaves it. */
export function resolveImport(file: string, specifier: string, packages: readonly Package[]): string | null {
  if (specifier.startsWith('.')) {
    const path = posix.join(dirname(file), specifier);
    return [path, path.replace(/\.js$/, '.ts'), path.replace(/\.mjs$/, '.mts')].find(isFile) ?? null;
  }
  const owner = packages.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
  return owner === undefined ? null : entryFile(owner, specifier.slice(owner.name.length));
}

export function readImportGraph(packages: readonly Package[]): ImportGraph {
  const files = ['apps', 'libs', 'workflows', 'tests', 'infra'].flatMap((folder) =>
    filesBelow(folder, (name) => /\.(ts|mjs)$/.test(name)),
  );
  return new Map(
    files.map((file) => {
      const specifiers = importsOf(readFileSync(join(root, file), 'utf8'));
      const targets = specifiers.map((specifier) => resolveImport(file, specifier, packages));
      return [file, targets.filter((target) => target !== null)];
    }),
  );
}

const isFile = (path: string): boolean => /\.(ts|mts|mjs)$/.test(path) && existsSync(join(root, path));

function entryFile({ folder }: Package, entry: string): string | null {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
    exports?: Record<string, { '@portrait/source'?: string }>;
  };
  const source = manifest.exports?.[`.${entry}`]?.['@portrait/source'];
  return source === undefined ? null : posix.join(folder, source);
}
