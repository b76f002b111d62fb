// The tree stays readable and portable: short files and lines, a header in every source, no machine paths, a README in
// every package, explicit entry files.
import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readPackages, root } from './workspace.js';

const MAX_FILE_LINES = 800;
const MAX_FILE_BYTES = 2 ** 20;
const MAX_LINE_COLUMNS = 120;
const text = /\.(ts|mjs|cpp|cc|h|inc|cu|cuh|md|json|txt|cmake|css|html)$/;
const code = /\.(ts|mjs|cpp|cc|h|cu|cuh)$/;
const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 })
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(root, path)));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('the tree', () => {
  it(`has no source file longer than ${MAX_FILE_LINES} lines`, () => {
    expect(
      tracked
        .filter((path) => code.test(path) && !path.includes('/generated/'))
        .flatMap((path) => {
          const lines = read(path).split('\n').length - 1;
          return lines > MAX_FILE_LINES ? [`${path}: ${lines} lines`] : [];
        }),
    ).toEqual([]);
  });

  it(`has no source line longer than ${MAX_LINE_COLUMNS} columns`, () => {
    const sources = tracked.filter((path) => /\.(ts|mjs|cpp|h|cu|cuh)$/.test(path) && !path.includes('/generated/'));
    const longLines = sources.flatMap((path) =>
      read(path)
        .split('\n')
        .flatMap((line, i) => ([...line].length > MAX_LINE_COLUMNS ? [`${path}:${i + 1}`] : [])),
    );
    expect(longLines).toEqual([]);
  });

  it('names no path of one machine', () => {
    // Not `../work/…`: an import of a folder of that name.
    const machinePath = new RegExp(['(?<![.\\w])/(?:work', 'home/[a-z]+', 'Users/[A-Za-z]+', 'root)/[a-z.]'].join('|'));
    expect(
      tracked
        .filter((path) => text.test(path) && path !== 'package-lock.json')
        .filter((path) => machinePath.test(read(path))),
    ).toEqual([]);
  });

  it('holds no large or private media file', () => {
    const media = /\.(mp4|mkv|mov|webm|mpg|avi|wav|mp3|flac|onnx|task|safetensors|npz|npy)$/i;
    expect(tracked.filter((path) => media.test(path) && !path.startsWith('samples/'))).toEqual([]);
    expect(
      tracked.filter((path) => path !== 'package-lock.json' && statSync(join(root, path)).size > MAX_FILE_BYTES),
    ).toEqual([]);
  });

  it('holds exactly the samples that SHA256SUMS lists, byte for byte', () => {
    const listed = read('samples/SHA256SUMS')
      .trimEnd()
      .split('\n')
      .map((line) => line.split('  '));
    const documents = ['samples/ATTRIBUTION.md', 'samples/README.md', 'samples/SHA256SUMS'];
    const samples = tracked.filter((path) => path.startsWith('samples/') && !documents.includes(path));
    expect(samples.sort()).toEqual(listed.map(([, path]) => `samples/${path}`).sort());
    const digest = (path: string): string =>
      createHash('sha256')
        .update(readFileSync(join(root, path)))
        .digest('hex');
    expect(listed.filter(([sha256, path]) => digest(`samples/${path}`) !== sha256)).toEqual([]);
  });

  it('opens every TypeScript source with what the file is', () => {
    const sources = tracked.filter((path) => /^(libs|apps)\/.*\/src\/.*\.ts$/.test(path) && !path.endsWith('.spec.ts'));
    expect(sources.filter((path) => !/^(#!.*\n)?(\/\/|\/\*)/.test(read(path)))).toEqual([]);
  });

  it('has a README in every package', () => {
    expect(
      readPackages()
        .filter((pkg) => !existsSync(join(root, pkg.folder, 'README.md')))
        .map((pkg) => pkg.folder),
    ).toEqual([]);
  });

  it('exports by name in every entry file', () => {
    expect(
      readPackages()
        .filter((pkg) => /export\s+\*\s+from/.test(read(`${pkg.folder}/src/index.ts`)))
        .map((pkg) => pkg.folder),
    ).toEqual([]);
  });
});
