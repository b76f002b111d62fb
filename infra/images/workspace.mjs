// Reads what the generators need: the packages of the workspace and, once built, the graph. Node built-ins only.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** Folder (forward slashes, relative to `from`) → package.json of every workspace package. */
export function readPackages(from = root) {
  const packages = {};
  const look = (folder) => {
    const file = join(from, folder, 'package.json');
    if (existsSync(file)) packages[folder] = JSON.parse(readFileSync(file, 'utf8'));
  };
  for (const pattern of JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')).workspaces) {
    if (!pattern.endsWith('/*')) look(pattern);
    else if (existsSync(join(from, pattern.slice(0, -2))))
      for (const entry of readdirSync(join(from, pattern.slice(0, -2))).sort()) look(`${pattern.slice(0, -1)}${entry}`);
  }
  return packages;
}

/** The graph as the build left it; specs give the sources instead. */
export async function builtContracts() {
  return import(pathToFileURL(join(root, 'libs/contracts/dist/index.js')).href);
}
