// Builds one server from its Go module: static and stripped, under a temporary name, put in place with one rename.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { canRun } from './find.mjs';
import { findGo, goProblem } from './go.mjs';
import { binaryName, BUILD_FLAGS, cachedPath, cacheFolders, failurePath, moduleFolder, SERVERS } from './servers.mjs';

const PROGRESS_MS = 20_000;

/** `go build`; resolves to null or to the last words of Go. */
function goBuild(go, name, out, env, say) {
  return new Promise((done) => {
    const started = Date.now();
    const args = ['build', '-v', ...BUILD_FLAGS, '-o', out, 'tool'];
    const child = spawn(go, args, {
      cwd: moduleFolder(name),
      env: { ...env, CGO_ENABLED: '0', GOWORK: 'off' },
      stdio: ['ignore', 'ignore', 'pipe'],
      windowsHide: true,
    });
    let downloaded = 0;
    let compiled = 0;
    let rest = '';
    const words = [];
    child.stderr.setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop();
      for (const line of lines) {
        if (line.startsWith('go: downloading ')) downloaded++;
        else if (/^[\w.~-]+(\/[\w.~+-]+)*$/.test(line)) compiled++;
        else words.push(line);
      }
    });
    const timer = setInterval(() => {
      const seconds = Math.round((Date.now() - started) / 1000);
      say(`${name}: ${downloaded} modules fetched, ${compiled} packages compiled, ${seconds} s`);
    }, PROGRESS_MS);
    child.on('error', (error) => {
      clearInterval(timer);
      done(error.message);
    });
    child.on('close', (code, signal) => {
      clearInterval(timer);
      if (rest !== '') words.push(rest);
      done(code === 0 ? null : words.slice(-6).join(' ').trim() || `go ended with ${signal ?? `code ${code}`}`);
    });
  });
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Takes away what builds left that were interrupted. */
function sweep(folder) {
  for (const entry of readdirSync(folder)) {
    const pid = /\.(\d+)\.partial$/.exec(entry)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(folder, entry), { recursive: true, force: true });
  }
}

/** @returns {Promise<{ path: string | null, reason: string | null }>} */
export async function buildServer(
  name,
  { env = process.env, say = () => {}, caches = cacheFolders(env), places = undefined } = {},
) {
  const { title, version } = SERVERS[name];
  const problem = await goProblem(name, env, places === undefined ? {} : { places });
  if (problem !== null) return { path: null, reason: problem };
  const folder = caches.at(-1);
  const path = cachedPath(folder, name);
  const partial = `${dirname(path)}.${process.pid}.partial`;
  const failure = failurePath(folder, name);
  const fail = (reason) => {
    writeFileSync(failure, `${reason}\n`);
    return { path: null, reason };
  };
  mkdirSync(folder, { recursive: true });
  sweep(folder);
  say(
    `building ${title} (${version}) from its Go module; a few minutes and about 3 GB of Go's own cache the first time`,
  );
  const started = Date.now();
  try {
    const words = await goBuild(findGo(env, places), name, join(partial, binaryName(name)), env, say);
    if (words !== null)
      return fail(
        `building ${title} failed (${words}): set ${SERVERS[name].setting} to a binary, ` +
          'or correct this and run  npm run setup -- --servers',
      );
    try {
      renameSync(partial, dirname(path));
    } catch (error) {
      // Another process was quicker: its result is as good as ours.
      if (!canRun(path)) return fail(`${basename(dirname(path))} could not be put in place (${error.message})`);
    }
    rmSync(failure, { force: true });
    say(`${title} built in ${Math.round((Date.now() - started) / 1000)} s`);
    return { path, reason: null };
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}
