// @swc/jest, with frequently used globals bound once per module. A spec runs in a vm context, where every read of a
// global goes through an interceptor: loops over `Math` and typed arrays run several times slower there.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import swcJest from '@swc/jest';

/** Not those that fake timers or a spec may replace (Date, performance, fetch …). */
const BOUND = [
  'Math',
  'Number',
  'Object',
  'Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
];
const version = createHash('sha256')
  .update(readFileSync(new URL(import.meta.url)))
  .digest('hex');

/** @returns the declaration to put before `source`; empty where it uses none of the names, or declares them itself */
export function boundGlobals(source) {
  const used = BOUND.filter(
    (name) =>
      new RegExp(`\\b${name}[.(]|\\bnew ${name}\\b`).test(source) &&
      !new RegExp(`\\b(const|let|var|class|function|as)\\s+${name}\\b`).test(source),
  );
  return used.length > 0 ? `const { ${used.join(', ')} } = globalThis; ` : '';
}

export default {
  createTransformer(options) {
    const swc = swcJest.createTransformer(options);
    // On the first line, so that no line of the source map moves.
    const bind = (result) => ({ ...result, code: boundGlobals(result.code) + result.code });
    return {
      ...swc,
      process: (...args) => bind(swc.process(...args)),
      processAsync: async (...args) => bind(await swc.processAsync(...args)),
      getCacheKey: (...args) => `${swc.getCacheKey(...args)}${version.slice(0, 8)}`,
    };
  },
};
