// The Go tool chain that builds the servers: whether it is there and new enough, and what to do when it is not.
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { GO, installCommand, packageManager } from '../setup/programs.mjs';
import { neededGo, SERVERS } from './servers.mjs';

/** Where Go's own installers put it; they leave PATH to the user's shell, which set-up may not have gone through. */
const USUAL_PLACES = ['/usr/local/go/bin', '/opt/homebrew/bin', 'C:\\Program Files\\Go\\bin'];

const numbers = (text) => (/(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? []).slice(1).map((part) => Number(part ?? 0));
const isOlder = (a, b) => {
  const first = a.findIndex((part, i) => part !== b[i]);
  return first >= 0 && a[first] < b[first];
};

export function findGo(env = process.env, places = USUAL_PLACES) {
  const binary = process.platform === 'win32' ? 'go.exe' : 'go';
  return (
    [...(env.PATH ?? '').split(delimiter).filter(Boolean), ...places]
      .map((folder) => join(folder, binary))
      .find((path) => {
        try {
          accessSync(path, constants.X_OK);
          return true;
        } catch {
          return false;
        }
      }) ?? null
  );
}

/** Asked outside any module, so that Go answers for itself and fetches nothing. */
function askGo(path, env) {
  return new Promise((done) => {
    execFile(path, ['env', 'GOVERSION', 'GOTOOLCHAIN'], { cwd: tmpdir(), env, windowsHide: true }, (error, stdout) => {
      const [version = '', toolchain = ''] = error ? [] : stdout.split('\n').map((line) => line.trim());
      done({ version, toolchain });
    });
  });
}

/**
 * @returns null when this machine can build server `name`, else a clause that completes "not supported, because …" and
 *   names the next step
 */
export async function goProblem(name, env = process.env, { places = USUAL_PLACES, manager = packageManager() } = {}) {
  const needed = neededGo(name);
  const command = installCommand([GO], manager);
  const install = command ?? 'https://go.dev/dl/';
  const again = 'then run  npm run setup -- --servers';
  const next = `install it (${install}) or set ${SERVERS[name].setting} to the server's binary, ${again}`;
  const go = findGo(env, places);
  if (go === null) return `Go ${needed} or newer is not installed: ${next}`;
  const { version, toolchain } = await askGo(go, env);
  if (numbers(version).length === 0) return `${go} does not tell its version: ${next}`;
  // From 1.21 on, Go fetches the tool chain a module asks for by itself, unless it is told to stay local.
  const fetches = !isOlder(numbers(version), [1, 21, 0]) && !/^(local|path)$/.test(toolchain);
  return isOlder(numbers(version), numbers(needed)) && !fetches
    ? `Go ${needed} or newer is not installed, only ${version.replace(/^go/, '')} at ${go}: ${next}`
    : null;
}
