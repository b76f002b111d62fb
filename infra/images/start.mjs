// First program of every container: reads secrets from files into settings, then starts the service. Services read
// settings from the environment only; PORTRAIT_X_FILE names a file with the value of PORTRAIT_X, so that no
// manifest holds a secret.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const PATTERN = /^(PORTRAIT_[A-Z0-9_]+)_FILE$/;

/** Replaces every PORTRAIT_X_FILE in `env` by PORTRAIT_X. Throws one error that names every unusable file. */
export function readSecretFiles(env, read = (path) => readFileSync(path, 'utf8')) {
  const mistakes = [];
  for (const [name, path] of Object.entries(env)) {
    const setting = PATTERN.exec(name)?.[1];
    if (setting === undefined || !path) continue;
    delete env[name];
    if (env[setting]) {
      mistakes.push(`${setting} and ${name} are both set; keep one.`);
      continue;
    }
    try {
      const value = read(path).trim();
      if (value === '') mistakes.push(`${name}: ${path} is empty.`);
      else env[setting] = value;
    } catch (error) {
      mistakes.push(`${name}: ${path} cannot be read (${error.code ?? error.message}).`);
    }
  }
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'));
}

if (process.env.SERVICE_MAIN !== undefined) {
  try {
    readSecretFiles(process.env);
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
  await import(pathToFileURL(resolve(process.env.SERVICE_MAIN)).href);
}
