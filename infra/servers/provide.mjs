#!/usr/bin/env node
// Provides the servers of the distributed engine: finds each (find.mjs) or builds it from its Go module into the
// cache. Safe to repeat and to run in parallel.
// Usage: node infra/servers/provide.mjs [temporal] [minio]     prints the paths
import { pathToFileURL } from 'node:url';
import { buildServer } from './build.mjs';
import { findServer } from './find.mjs';
import { SERVER_NAMES, SERVERS } from './servers.mjs';

const MISSING_RESOURCE = 4;

/**
 * The binary of one server.
 * @returns {Promise<{ path: string | null, source: string | null, reason: string | null }>}
 *   `reason` completes "not supported, because …"
 */
export async function provideServer(name, { env = process.env, say = () => {}, build = buildServer } = {}) {
  const found = await findServer(name, env);
  // A configured path that cannot be used is for the user to correct; building beside it would hide the mistake.
  if (found.path !== null || env[SERVERS[name].setting]) return found;
  const { path, reason } = await build(name, { env, say });
  return { path, source: path === null ? null : 'built', reason };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const names = process.argv.length > 2 ? process.argv.slice(2) : SERVER_NAMES;
  const unknown = names.filter((name) => !SERVER_NAMES.includes(name));
  if (unknown.length > 0) {
    console.error(`unknown server ${unknown.join(', ')}; known are ${SERVER_NAMES.join(', ')}`);
    process.exit(2);
  }
  for (const name of names) {
    const { path, source, reason } = await provideServer(name, { say: (line) => console.error(line) });
    if (path === null) {
      console.error(`${SERVERS[name].title}: not supported, because ${reason}`);
      process.exitCode = MISSING_RESOURCE;
    } else console.log(`${name}\t${path}\t(${source})`);
  }
}
