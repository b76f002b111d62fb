// Copies what one service runs: the built packages it depends on, without sources, types, maps and specs. Removes
// the binaries of other platforms from node_modules. Runs inside the image build; Node built-ins only.
// Usage: node infra/images/assemble.mjs packages <workspace> <from> <to>
//        node infra/images/assemble.mjs strip <node_modules>
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closure } from './services.mjs';
import { readPackages } from './workspace.mjs';

const NEEDLESS = /(\.d\.ts|\.map|\.tsbuildinfo|\.(spec|testing|fixture)\.(js|ts)|(?<!\.d)\.ts)$/;

/**
 * Copies `package.json`, `dist` and what else a package ships beside its TypeScript (SQL, pages).
 * @returns the copied folders
 */
export function assemble(workspace, from, to) {
  const folders = closure(workspace, readPackages(from));
  for (const folder of folders) {
    const source = join(from, folder);
    if (!existsSync(join(source, 'dist/index.js')))
      throw new Error(`${folder} is not built: run the TypeScript build first`);
    mkdirSync(join(to, folder), { recursive: true });
    const wanted = (path) => !NEEDLESS.test(path) && !['node_modules', 'tools'].includes(basename(path));
    for (const entry of ['package.json', 'dist', 'src'])
      if (existsSync(join(source, entry)))
        cpSync(join(source, entry), join(to, folder, entry), { recursive: true, filter: wanted });
  }
  return folders;
}

/** Packages that ship all platforms in one archive, and where each platform lies. */
const PLATFORM_FOLDERS = [
  {
    folder: '@temporalio/core-bridge/releases',
    mine: (name, { arch, platform }) =>
      name === `${{ x64: 'x86_64', arm64: 'aarch64' }[arch]}-${platform === 'linux' ? 'unknown-linux-gnu' : platform}`,
  },
  { folder: 'onnxruntime-node/bin/napi-v6', mine: (name, { platform }) => name === platform },
  {
    folder: 'onnxruntime-node/bin/napi-v6/linux',
    mine: (name, { arch, platform }) => platform === 'linux' && name === arch,
  },
];

/** Removes the binaries of other platforms; keeps everything where none would be left. Returns what was removed. */
export function strip(nodeModules, machine = process) {
  const removed = [];
  for (const { folder, mine } of PLATFORM_FOLDERS) {
    const path = join(nodeModules, folder);
    const entries = existsSync(path) ? readdirSync(path) : [];
    if (!entries.some((name) => mine(name, machine))) continue;
    for (const name of entries.filter((entry) => !mine(entry, machine))) {
      rmSync(join(path, name), { recursive: true });
      removed.push(`${folder}/${name}`);
    }
  }
  return removed;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [command, ...given] = process.argv.slice(2);
  if (command === 'packages' && given.length === 3) console.log(`assembled: ${assemble(...given).join(', ')}`);
  else if (command === 'strip' && given.length === 1) console.log(`removed: ${strip(...given).join(', ')}`);
  else {
    console.error('Usage: node infra/images/assemble.mjs packages <workspace> <from> <to> | strip <node_modules>');
    process.exitCode = 2;
  }
}
