// Packages: pinned, explained, licensed, and complete for every platform.
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockedPackages, missingOptional, READ_FROM_FILE, refusedPart } from '../../infra/docs/licences.mjs';
import { readJson, readPackages, root } from './workspace.js';

const lock = readJson<{ packages: Record<string, { optionalDependencies?: Record<string, string> }> }>(
  'package-lock.json',
);
const manifest = readJson<{ dependencies: Record<string, string>; devDependencies: Record<string, string> }>(
  'package.json',
);
const direct = [manifest, ...readPackages()]
  .flatMap((pkg) => Object.entries({ ...pkg.dependencies, ...pkg.devDependencies }))
  .filter(([name]) => !name.startsWith('@portrait/'));

describe('dependencies', () => {
  it('are pinned to one exact version', () => {
    expect(direct.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });

  it('are the same version wherever they are used', () => {
    const versions = new Map<string, Set<string>>();
    for (const [name, version] of direct) versions.set(name, (versions.get(name) ?? new Set()).add(version));
    expect([...versions].filter(([, set]) => set.size > 1).map(([name]) => name)).toEqual([]);
  });

  it('are each listed with their reason in docs/dependencies.md, and nothing else is', () => {
    const page = readFileSync(join(root, 'docs/dependencies.md'), 'utf8');
    const listed = [...page.matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gm)].map(([, name, reason]) => ({
      name: name!,
      reason: reason!.trim(),
    }));
    expect(listed.filter(({ reason }) => reason.length < 15)).toEqual([]);
    expect(listed.map(({ name }) => name).sort()).toEqual([...new Set(direct.map(([name]) => name))].sort());
  });
});

describe('the lock', () => {
  it('holds the optional packages of every platform', () => {
    expect(missingOptional(lock)).toEqual([]);
  });

  it('is found incomplete when a platform is taken out', () => {
    const broken = structuredClone(lock);
    const platform = Object.keys(broken.packages).find((path) => path.startsWith('node_modules/@img/sharp-darwin'))!;
    delete broken.packages[platform];
    expect(missingOptional(broken)).toEqual([expect.stringContaining('@img/sharp-darwin')]);
  });
});

describe('licences', () => {
  it('are all allowed', () => {
    expect(
      lockedPackages(lock).flatMap(({ name, licence }: { name: string; licence: string }) =>
        refusedPart(licence, name) === null ? [] : [`${name}: ${licence}`],
      ),
    ).toEqual([]);
  });

  it('refuse copyleft, non-commercial and unknown terms', () => {
    expect(refusedPart('GPL-3.0-only', 'x')).toBe('GPL-3.0-only');
    expect(refusedPart('CC-BY-NC-4.0', 'x')).toBe('CC-BY-NC-4.0');
    expect(refusedPart('LGPL-3.0-or-later', 'x')).toBe('LGPL-3.0-or-later');
    expect(refusedPart('LGPL-3.0-or-later AND MIT', '@img/sharp-wasm32')).toBeNull();
    expect(refusedPart('(GPL-2.0 OR MIT)', 'x')).toBeNull();
    expect(refusedPart('SEE LICENSE IN LICENSE', 'x')).not.toBeNull();
  });

  it('read from a shipped file are what that file says', () => {
    for (const [name, { file, says }] of Object.entries(READ_FROM_FILE))
      expect(readFileSync(join(root, 'node_modules', name, file), 'utf8')).toMatch(says);
  });
});
