// Reads the workspace as data: packages, what each declares, what each source file imports. Judges nothing.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';

export const root = join(import.meta.dirname, '../..');
const SKIPPED = new Set([
  'node_modules',
  'dist',
  'build',
  '.git',
  '.nx',
  '.cache',
  'coverage',
  'portrait-store',
  'demo-output',
]);

export interface Package {
  name: string;
  /** Relative to the root, with forward slashes. */
  folder: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  /** Folders of the tsconfig references, relative to the root. */
  references: string[];
}

export interface Import {
  file: string;
  package: string;
  specifier: string;
  /** Test code may use the testing library. */
  inTest: boolean;
}

export function readJson<T = Record<string, unknown>>(path: string): T {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as T;
}

/** Files below a folder (relative paths, forward slashes), build output and packages left out. */
export function filesBelow(folder: string, wanted: (name: string) => boolean = () => true): string[] {
  const found: string[] = [];
  const visit = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name)) visit(join(path, entry.name));
      } else if (wanted(entry.name)) found.push(relative(root, join(path, entry.name)).split(sep).join('/'));
    }
  };
  visit(join(root, folder));
  return found.sort();
}

export function readPackages(): Package[] {
  const folders = filesBelow('.', (name) => name === 'package.json')
    .map((path) => path.replace(/\/?package\.json$/, ''))
    .filter((folder) => /^(libs|apps|workflows)(\/|$)/.test(folder));
  return folders.map((folder) => {
    const json = readJson<{
      name: string;
      dependencies?: Record<string, string>;
      devDependencies?: Record<string, string>;
    }>(`${folder}/package.json`);
    const config = readJson<{ references?: { path: string }[] }>(`${folder}/tsconfig.json`);
    const references = (config.references ?? []).map(({ path }) =>
      relative(root, join(root, folder, path))
        .split(sep)
        .join('/'),
    );
    return {
      name: json.name,
      folder,
      dependencies: json.dependencies ?? {},
      devDependencies: json.devDependencies ?? {},
      references,
    };
  });
}

/** Every specifier a piece of source imports or exports from, dynamic imports included. */
export function importsOf(source: string): string[] {
  return ts.preProcessFile(source, true, true).importedFiles.map((file) => file.fileName);
}

export function readImports(packages: Package[]): Import[] {
  return packages.flatMap((pkg) =>
    filesBelow(pkg.folder, (name) => name.endsWith('.ts')).flatMap((file) =>
      importsOf(readFileSync(join(root, file), 'utf8')).map((specifier) => ({
        file,
        package: pkg.name,
        specifier,
        inTest: /\.spec\.ts$|\/(testing|test|tests|specs?)\//.test(file) || /\.(fixture|testing)\.ts$/.test(file),
      })),
    ),
  );
}
