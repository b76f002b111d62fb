// Job of an operator: makes the bucket and, where keys of services are given, one user per role with minimal
// rights. Needs the keys of an administrator (PORTRAIT_S3_ACCESS_KEY, …). Repeat it to rotate keys.
// Usage: node infra/images/start.mjs with SERVICE_MAIN set to this file
//   --policies   only print the policy documents, for stores whose users are made elsewhere
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareBucket, servicePolicy } from '../../libs/artifact-store/dist/index.js';
import { readServiceSettings } from '../../libs/config/dist/index.js';

/** Users of the store: one a role, with the rights of that role. The API holds the keys of two. */
const USERS = ['stage', 'api', 'erase'];

const { endpoint, region, bucket, pathStyle, accessKey, secretKey } = readServiceSettings(process.env).objectStore;
const policies = Object.fromEntries(USERS.map((role) => [role, servicePolicy(role, bucket)]));

/** Keys as files `<user>-access-key` and `<user>-secret-key` in a folder; null where none are given. */
function keysOf(user) {
  const read = (name) => {
    const path = join(process.env.STORE_KEYS ?? '', `${user}-${name}`);
    return process.env.STORE_KEYS && existsSync(path) ? readFileSync(path, 'utf8').trim() : null;
  };
  const [access, secret] = [read('access-key'), read('secret-key')];
  if ((access === null) !== (secret === null))
    throw new Error(`STORE_KEYS holds only one of ${user}-access-key and ${user}-secret-key.`);
  return access === null ? null : { access, secret };
}

/** MinIO's own client; `input` carries what must not stand in a list of processes. */
function mc(args, { input, mayFail = false } = {}) {
  const host = new URL(endpoint);
  const url = `${host.protocol}//${encodeURIComponent(accessKey)}:${encodeURIComponent(secretKey)}@${host.host}`;
  const done = spawnSync('mc', ['--config-dir', join(folder, 'mc'), '--json', ...args], {
    encoding: 'utf8',
    input,
    env: { ...process.env, MC_HOST_store: url },
  });
  if (done.error) throw new Error(`mc cannot be run: ${done.error.message}`);
  if (done.status !== 0 && !mayFail) throw new Error(`mc ${args.join(' ')}: ${(done.stdout || done.stderr).trim()}`);
  return done;
}

function makeUsers() {
  for (const [role, document] of Object.entries(policies)) {
    const file = join(folder, `${role}.json`);
    writeFileSync(file, JSON.stringify(document));
    mc(['admin', 'policy', 'create', 'store', `${bucket}-${role}`, file]);
  }
  for (const user of USERS) {
    const keys = keysOf(user);
    if (keys === null) {
      console.log(`user ${user}: no keys in STORE_KEYS, left as it is`);
      continue;
    }
    mc(['admin', 'user', 'add', 'store'], { input: `${keys.access}\n${keys.secret}\n` });
    // Attaching what is attached is an error to mc; what counts is what the user has in the end.
    mc(['admin', 'policy', 'attach', 'store', `${bucket}-${user}`, '--user', keys.access], { mayFail: true });
    const have = JSON.parse(mc(['admin', 'user', 'info', 'store', keys.access]).stdout).policyName;
    if (have !== `${bucket}-${user}`)
      throw new Error(`The user ${keys.access} should have the rights ${bucket}-${user} and has ${have || 'none'}.`);
    console.log(`user ${user}: ${keys.access} with ${have}`);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'prepare-store-'));
try {
  if (process.argv.includes('--policies')) console.log(JSON.stringify(policies, null, 2));
  else {
    if (accessKey === undefined || secretKey === undefined)
      throw new Error(
        'Set PORTRAIT_S3_ACCESS_KEY and PORTRAIT_S3_SECRET_KEY to those of an administrator of the store.',
      );
    const { port, protocol, hostname } = endpoint;
    const useSSL = protocol === 'https:';
    const made = await prepareBucket(
      {
        endPoint: hostname,
        port: port === '' ? (useSSL ? 443 : 80) : Number(port),
        useSSL,
        region,
        pathStyle,
        accessKey,
        secretKey,
      },
      bucket,
    );
    const cleaner = made.staleUploads === 'rule' ? 'a rule of the bucket' : 'the server';
    const state = made.created ? 'made' : 'was there';
    console.log(`bucket ${bucket}: ${state}; ${cleaner} removes unfinished uploads`);
    if (process.env.STORE_KEYS) makeUsers();
  }
} catch (error) {
  console.error(`${error.message}${error.hint ? ` ${error.hint}` : ''}`);
  process.exitCode = 4;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
