#!/usr/bin/env node
// Formats the sources: Prettier for TypeScript and JSON, clang-format for C++. `--check` lists what would change and
// exits 1; without it the files are rewritten.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format as formatCpp } from '@wasm-fmt/clang-format';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const check = process.argv.includes('--check');

function runPrettier() {
  const args = ['node_modules/prettier/bin/prettier.cjs', check ? '--check' : '--write', '--log-level', 'warn', '.'];
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status === 0;
}

function cppFiles() {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', 'native-kernels'];
  const { stdout, status, stderr } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ls-files failed: ${stderr}`);
  return stdout.split('\0').filter((path) => /\.(cpp|h|cu|cuh)$/.test(path));
}

function runClangFormat() {
  const style = readFileSync(join(root, '.clang-format'), 'utf8');
  let clean = true;
  for (const path of new Set(cppFiles())) {
    const source = readFileSync(join(root, path), 'utf8');
    const formatted = formatCpp(source, path, style);
    if (formatted === source) continue;
    clean = false;
    if (check) console.error(`[warn] ${path}`);
    else writeFileSync(join(root, path), formatted);
  }
  return clean || !check;
}

const ok = [runPrettier(), runClangFormat()].every(Boolean);
if (!ok && check) console.error('Run npm run format to rewrite these files.');
process.exitCode = ok ? 0 : 1;
