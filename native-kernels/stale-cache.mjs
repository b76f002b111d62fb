// Removes a CMake build folder that was configured for another source folder: CMake refuses it after a tree is copied.
import { existsSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** @returns the source folder that the build folder is configured for, or null when it is not configured */
function configuredSource(build) {
  const cache = join(build, 'CMakeCache.txt');
  if (!existsSync(cache)) return null;
  return /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(readFileSync(cache, 'utf8'))?.[1]?.trim() ?? null;
}

const isSameFolder = (a, b) => existsSync(a) && existsSync(b) && realpathSync(a) === realpathSync(b);

/** @returns the other source folder when the build folder was removed, else null */
export function removeStaleCache(build, source) {
  const configured = configuredSource(build);
  if (configured === null || isSameFolder(configured, source)) return null;
  rmSync(build, { recursive: true, force: true });
  return configured;
}
