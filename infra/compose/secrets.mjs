#!/usr/bin/env node
// Makes the secrets of the compose file: one random file each in secrets/; existing files stay. Only this user can
// open the folder; the files are readable by containers, which run as another user.
// Usage: node infra/compose/secrets.mjs [folder]
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const password = () => randomBytes(24).toString('base64url');
const name = (start) => `${start}-${randomBytes(4).toString('hex')}`;

/** Name → how it is made; later ones may read earlier ones. */
const MAKERS = {
  'postgres-password': password,
  'temporal-database-password': password,
  'portrait-database-password': password,
  'database-url': (read) => `postgres://portrait:${read('portrait-database-password')}@postgres:5432/portrait`,
  'minio-root-user': () => name('root'),
  'minio-root-password': password,
  'stage-access-key': () => name('stage'),
  'stage-secret-key': password,
  'api-access-key': () => name('api'),
  'api-secret-key': password,
  'erase-access-key': () => name('erase'),
  'erase-secret-key': password,
  'grafana-password': password,
};

/** Returns the names that were made now. */
export function makeSecrets(folder) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const read = (secret) => readFileSync(join(folder, secret), 'utf8');
  return Object.entries(MAKERS).flatMap(([secret, make]) => {
    if (existsSync(join(folder, secret))) return [];
    writeFileSync(join(folder, secret), make(read), { mode: 0o444, flag: 'wx' });
    return [secret];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), 'secrets'));
  const made = makeSecrets(folder);
  console.log(made.length === 0 ? `${folder}: all secrets are there` : `${folder}: made ${made.join(', ')}`);
}
