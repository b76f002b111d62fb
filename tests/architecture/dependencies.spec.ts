// Dependencies point one way and are declared where they are used. Forbidden imports in a fixture prove the check.
import { describe, expect, it } from '@jest/globals';
import { layerOf, shortName } from './layers.js';
import { forbidden, undeclared } from './rules.js';
import { importsOf, readImports, readJson, readPackages } from './workspace.js';

const packages = readPackages();
const imports = readImports(packages);

describe('dependency directions', () => {
  it('finds the workspace', () => {
    expect(packages.length).toBeGreaterThanOrEqual(23);
    expect(imports.length).toBeGreaterThan(50);
  });

  it('gives every package a layer', () => {
    expect(
      packages.map((pkg) => shortName(pkg.name)).filter((name) => name !== 'testing' && layerOf(name) < 0),
    ).toEqual([]);
  });

  it('are kept by every import', () => {
    expect(imports.flatMap((entry) => forbidden(entry) ?? []).map(String)).toEqual([]);
  });

  it('are declared in package.json and in the tsconfig references', () => {
    expect(undeclared(packages, imports)).toEqual([]);
  });

  it('point down in package.json as well', () => {
    const declared = packages.flatMap((pkg) =>
      Object.keys(pkg.dependencies).map((specifier) => ({ package: pkg.name, specifier, inTest: false })),
    );
    expect(declared.flatMap((entry) => forbidden(entry) ?? [])).toEqual([]);
  });
});

describe('the check itself', () => {
  const fixtures = readJson<{ from: string; file?: string; source: string; because: string }[]>(
    'tests/architecture/fixtures/forbidden-imports.json',
  );

  it.each(fixtures)('refuses $source in $from', ({ from, file, source, because }) => {
    const [specifier] = importsOf(source);
    expect(specifier).toBeDefined();
    expect(forbidden({ package: from, specifier: specifier!, inTest: false, ...(file && { file }) })).toContain(
      because,
    );
  });

  it('allows what the layers allow', () => {
    expect(forbidden({ package: '@portrait/cli', specifier: '@portrait/stage-render', inTest: false })).toBeNull();
    expect(forbidden({ package: '@portrait/stage-render', specifier: '@portrait/nerf', inTest: false })).toBeNull();
    expect(forbidden({ package: '@portrait/stage-render', specifier: '@portrait/testing', inTest: true })).toBeNull();
    const hosted = { package: '@portrait/stage-evaluate', specifier: '@portrait/stage-compare', inTest: false };
    expect(forbidden({ ...hosted, file: 'apps/stages/evaluate/src/main.ts' })).toBeNull();
  });

  it('notices an import that is not declared, and a missing reference', () => {
    const pkg = { name: '@portrait/a', folder: 'libs/a', dependencies: {}, devDependencies: {}, references: [] };
    const other = { ...pkg, name: '@portrait/b', folder: 'libs/b' };
    const offences = undeclared(
      [pkg, other],
      [
        { file: 'libs/a/src/index.ts', package: pkg.name, specifier: '@portrait/b', inTest: false },
        { file: 'libs/a/src/index.ts', package: pkg.name, specifier: 'left-pad/x', inTest: false },
      ],
    );
    expect(offences).toEqual([
      expect.stringContaining('package.json does not declare'),
      expect.stringContaining('no reference to libs/b'),
      expect.stringContaining('left-pad'),
    ]);
  });
});
