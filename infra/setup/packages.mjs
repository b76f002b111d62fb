// Compares node_modules with package-lock.json without starting npm: npm leaves a record of what it installed.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Names what the installed tree lacks or has in another version. Optional packages of other platforms are not missing.
 * @returns {string[]} empty when node_modules agrees with the lock
 */
export function staleEntries(lock, installed) {
  const stale = [];
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (path === '' || entry.optional || entry.devOptional) continue;
    const have = installed.packages[path];
    if (have === undefined || have.version !== entry.version || have.integrity !== entry.integrity) stale.push(path);
  }
  return stale;
}

/** One sentence why `npm ci` is needed, or null when it is not. */
export function whyInstall(root) {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return 'no packages are installed yet';
  let installed;
  try {
    installed = JSON.parse(readFileSync(record, 'utf8'));
  } catch {
    return 'the last installation did not finish';
  }
  const stale = staleEntries(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')), installed);
  return stale.length === 0 ? null : `${stale.length} package(s) differ from the lock, first ${stale[0]}`;
}
