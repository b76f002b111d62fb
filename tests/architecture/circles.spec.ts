// No file imports itself by way of others, inside packages or across them; proven on circles that must be found.
import { describe, expect, it } from '@jest/globals';
import { findCircles, readImportGraph, resolveImport } from './circles.js';
import { importsOf, readJson, readPackages } from './workspace.js';

const packages = readPackages();

describe('import circles', () => {
  it('are absent from the workspace', () => {
    const graph = readImportGraph(packages);
    const edges = [...graph.values()].reduce((sum, targets) => sum + targets.length, 0);
    expect(edges).toBeGreaterThan(graph.size);
    expect(findCircles(graph)).toEqual([]);
  });

  const fixtures = readJson<{ name: string; files: Record<string, string>; circles: string[][] }[]>(
    'tests/architecture/fixtures/import-circles.json',
  );

  it.each(fixtures)('are found: $name', ({ files, circles }) => {
    const graph = new Map(
      Object.entries(files).map(([file, source]) => [
        file,
        importsOf(source).map((specifier) => specifier.replace(/^\.\//, '').replace(/\.js$/, '.ts')),
      ]),
    );
    expect(findCircles(graph)).toEqual(circles);
  });

  it('are looked for across packages and through second entry points', () => {
    const from = 'workflows/src/render-video.ts';
    expect(resolveImport(from, '@portrait/contracts/work', packages)).toBe('libs/contracts/src/plain.ts');
    expect(resolveImport(from, './node-runs.js', packages)).toBe('workflows/src/node-runs.ts');
    expect(resolveImport(from, '@temporalio/workflow', packages)).toBeNull();
  });
});
