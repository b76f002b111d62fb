// Finds the binary of each server: configured path, then PATH, then the caches. Set-up and the library that runs
// the servers share these rules. Builds nothing (provide.mjs does). Node built-ins only.
import { execFile } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { goProblem } from './go.mjs';
import { binaryName, cachedPath, cacheFolders, failurePath, SERVER_NAMES, SERVERS } from './servers.mjs';

export function canRun(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The first line of `path --version`, or what went wrong. */
function askVersion(path) {
  return new Promise((done) => {
    execFile(path, ['--version'], { timeout: 60_000, windowsHide: true }, (error, stdout) =>
      done(error ? `failed: ${error.message.split('\n')[0]}` : (stdout.trim().split('\n')[0] ?? '')),
    );
  });
}

/** Null when `path` is the server and new enough, else a clause that says why not. */
async function unsuitable(name, path) {
  const { title, answers, atLeast } = SERVERS[name];
  const said = await askVersion(path);
  const match = answers.exec(said);
  if (match === null) return `${path} does not answer as ${title} (--version: ${said.slice(0, 120)})`;
  const version = match.slice(1).map(Number);
  const first = version.findIndex((part, i) => part !== atLeast[i]);
  return first >= 0 && version[first] < atLeast[first]
    ? `${path} is ${title} ${version.join('.')}, and ${atLeast.join('.')} or newer is needed`
    : null;
}

function onPath(name, env) {
  return (
    (env.PATH ?? '')
      .split(delimiter)
      .filter(Boolean)
      .map((folder) => join(folder, binaryName(name)))
      .find(canRun) ?? null
  );
}

/** Why there is nothing in the caches: the last build failed, cannot be done here, or was never asked for. */
async function whyNotBuilt(name, env, caches) {
  for (const folder of [...caches].reverse()) {
    try {
      return readFileSync(failurePath(folder, name), 'utf8').trim();
    } catch {
      // No failure on record here.
    }
  }
  return (
    (await goProblem(name, env)) ??
    `the ${SERVERS[name].title} server is not built yet: run  npm run setup -- --servers`
  );
}

/**
 * Looks for one server. A configured path is an order: when it cannot be used nothing else is tried.
 * @returns {Promise<{ path: string | null, source: 'setting' | 'PATH' | 'cache' | null, reason: string | null }>}
 *   `reason` completes "not supported, because …"
 */
export async function findServer(name, env = process.env, { caches = cacheFolders(env) } = {}) {
  const { setting } = SERVERS[name];
  const configured = env[setting];
  if (configured) {
    const path = resolve(configured);
    const problem = canRun(path) ? await unsuitable(name, path) : `${path} is not a file that can be run`;
    return problem === null
      ? { path, source: 'setting', reason: null }
      : { path: null, source: null, reason: `${problem}: correct or unset ${setting}` };
  }
  const found = onPath(name, env);
  const passedOver = found === null ? null : await unsuitable(name, found);
  if (found !== null && passedOver === null) return { path: found, source: 'PATH', reason: null };
  const cached = caches.map((folder) => cachedPath(folder, name)).find(canRun);
  if (cached !== undefined) return { path: cached, source: 'cache', reason: null };
  const why = await whyNotBuilt(name, env, caches);
  return { path: null, source: null, reason: passedOver === null ? why : `${passedOver}, and ${why}` };
}

/** Looks for all servers: a path or null each, and for each null the reason. */
export async function locateServers(env = process.env) {
  const located = { reasons: {} };
  for (const name of SERVER_NAMES) {
    const { path, reason } = await findServer(name, env);
    located[name] = path;
    if (reason !== null) located.reasons[name] = reason;
  }
  return located;
}
