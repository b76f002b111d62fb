// Includes of the native kernels point down: include ← ops ← models ← training and rendering. runtime/ sees only the
// kernels.h of ops and models.
import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../native-kernels');
const MAY_INCLUDE: Readonly<Record<string, readonly string[]>> = {
  include: ['include'],
  ops: ['include', 'ops'],
  models: ['include', 'ops', 'models', 'runtime'],
  runtime: ['include', 'runtime'],
  training: ['include', 'ops', 'models', 'runtime', 'training'],
  rendering: ['include', 'ops', 'models', 'runtime', 'rendering'],
};

/** Offences of one file; `file` and what it includes are paths below native-kernels. Cases are tests: they see all. */
function offences(file: string, source: string): string[] {
  const layer = file.split('/')[0]!;
  const allowed = MAY_INCLUDE[layer];
  if (!allowed || file.endsWith('/cases.cpp')) return [];
  return [...source.matchAll(/^\s*#include "([^"]+)"/gm)].flatMap(([, included]) => {
    const target = included!.startsWith('portrait/')
      ? 'include'
      : included!.includes('/')
        ? included!.split('/')[0]!
        : layer;
    const contract = layer === 'runtime' && included!.endsWith('/kernels.h');
    return allowed.includes(target) || contract ? [] : `${file} may not include ${included}`;
  });
}

describe('layers of the native kernels', () => {
  const files = Object.keys(MAY_INCLUDE).flatMap((layer) =>
    readdirSync(join(root, layer), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(cpp|h|inc)$/.test(name))
      .map((name) => `${layer}/${name.replaceAll('\\', '/')}`),
  );

  it('are kept by every include', () => {
    expect(files.length).toBeGreaterThan(80);
    expect(files.flatMap((file) => offences(file, readFileSync(join(root, file), 'utf8')))).toEqual([]);
  });

  it('refuse includes that point up', () => {
    const refused = (file: string, included: string): boolean => offences(file, `#include "${included}"\n`).length > 0;
    expect(refused('include/portrait/x.h', 'ops/adam/kernels.h')).toBe(true);
    expect(refused('ops/adam/cpu.cpp', 'models/head/kernels.h')).toBe(true);
    expect(refused('models/head/head.cpp', 'training/head/trainer.h')).toBe(true);
    expect(refused('training/head/trainer.h', 'rendering/head/renderer.h')).toBe(true);
    expect(refused('runtime/kernel_table.h', 'models/head/head.h')).toBe(true);
    expect(refused('runtime/kernel_table.h', 'models/head/kernels.h')).toBe(false);
  });
});
