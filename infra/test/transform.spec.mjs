import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import transform, { boundGlobals } from './transform.mjs';

describe('the transform of specs', () => {
  it('binds the globals a module uses, and no others', () => {
    expect(boundGlobals('export const f = (x) => new Float32Array([Math.max(x, 1), MathML.x]);')).toBe(
      'const { Math, Float32Array } = globalThis; ',
    );
    expect(boundGlobals('export const now = () => Date.now() + performance.now();')).toBe('');
  });

  it('leaves names alone that the module declares or imports itself', () => {
    expect(boundGlobals("import { vec as Number } from 'x'; const Math = { max: 1 }; Number(Math.max);")).toBe('');
  });

  it('keeps every line where it was', () => {
    const source = '// header\nimport { a } from "./a.js";\n\nexport const b: number = Math.abs(a);\n';
    const { code } = transform
      .createTransformer({ jsc: { target: 'es2022', parser: { syntax: 'typescript' } } })
      .process(source, '/x/b.ts', { supportsStaticESM: true });
    expect(code.split('\n')[0]).toMatch(/^const \{ Math \} = globalThis; \/\/ header/);
    expect(code).not.toContain(': number');
  });

  it('is what jest is set to use', () => {
    expect(readFileSync(new URL('../../jest.config.mjs', import.meta.url), 'utf8')).toContain(
      "'<rootDir>/infra/test/transform.mjs'",
    );
  });
});
