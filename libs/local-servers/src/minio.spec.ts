import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'minio';
import type { Logger } from '@portrait/contracts';
import { temporaryDirectory } from '@portrait/testing';
import { commandLine } from './server-directory.js';
import { locateServers } from './locate.js';
import { startMinio, type MinioOptions, type MinioServer } from './minio.js';
import { freePort, isListening } from './ports.js';

const { minio: path, reasons } = await locateServers();
const warnings: string[] = [];
const log: Logger = { debug: () => {}, info: () => {}, warn: (message) => void warnings.push(message) };
const keys = { rootUser: 'studio', rootPassword: 'studio-secret' };

const options = (directory: string, more: Partial<MinioOptions> = {}): MinioOptions => ({
  path: path!,
  directory,
  ...keys,
  log,
  ...more,
});
const clientOf = ({ port }: MinioServer): Client =>
  new Client({ endPoint: '127.0.0.1', port, useSSL: false, accessKey: keys.rootUser, secretKey: keys.rootPassword });

async function bytesOf(client: Client, bucket: string, key: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of await client.getObject(bucket, key)) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function untilGone(pid: number): Promise<void> {
  while ((await commandLine(pid)) !== '') await new Promise((settle) => setTimeout(settle, 50));
}

/** True where the system can end a process together with its parent. */
function endsWithParent(): boolean {
  try {
    execFileSync('setpriv', ['--pdeathsig', 'TERM', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const block = path === null ? describe.skip : describe;
block(`a MinIO server${path === null ? ` (not supported, because ${reasons['minio']})` : ''}`, () => {
  const content = Buffer.from('what the portrait said '.repeat(5000));
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
  let server: MinioServer;
  beforeAll(async () => {
    folder = await temporaryDirectory();
    server = await startMinio(options(folder.path, { corsOrigin: 'http://console.example' }));
  });
  afterAll(async () => {
    await server.stop();
    await folder[Symbol.asyncDispose]();
  });

  it('stores and returns objects', async () => {
    const client = clientOf(server);
    await client.makeBucket('people');
    await client.putObject('people', 'anna/talk.mp4', content);
    expect((await bytesOf(client, 'people', 'anna/talk.mp4')).equals(content)).toBe(true);
  });

  it('refuses unknown keys', async () => {
    const stranger = new Client({
      endPoint: '127.0.0.1',
      port: server.port,
      useSSL: false,
      accessKey: keys.rootUser,
      secretKey: 'another-secret',
    });
    await expect(stranger.listBuckets()).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
  });

  it('allows the configured CORS origin only', async () => {
    const url = await clientOf(server).presignedGetObject('people', 'anna/talk.mp4');
    const allowed = async (origin: string): Promise<string | null> =>
      (await fetch(url, { headers: { origin } })).headers.get('access-control-allow-origin');
    expect(await allowed('http://console.example')).toBe('http://console.example');
    expect(await allowed('http://elsewhere.example')).toBeNull();
  });

  it('refuses a second server on its directory and names the holder', async () => {
    await expect(startMinio(options(folder.path))).rejects.toMatchObject({
      code: 'STORE_BUSY',
      message: expect.stringContaining(`process ${process.pid}`),
    });
  });

  it('restarts after kill -9 on the same port with its data', async () => {
    const { port } = server;
    await server.kill();
    expect(await isListening(port)).toBe(false);
    server = await startMinio(options(folder.path));
    expect(server.port).toBe(port);
    expect((await bytesOf(clientOf(server), 'people', 'anna/talk.mp4')).equals(content)).toBe(true);
  });

  it('reports the last log lines when it cannot start', async () => {
    await using other = await temporaryDirectory();
    await expect(startMinio(options(other.path, { rootPassword: 'short' }))).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
      message: expect.stringMatching(/last log lines:[^]*(password|credential)/i),
    });
  });

  it('stops a server that outlived its parent', async () => {
    await using other = await temporaryDirectory();
    await mkdir(join(other.path, 'data'));
    const port = (await freePort())!;
    const left = spawn(path!, ['server', '--address', `127.0.0.1:${port}`, '--quiet', join(other.path, 'data')], {
      stdio: 'ignore',
    });
    const ended = once(left, 'exit');
    while (!(await isListening(port))) await new Promise((settle) => setTimeout(settle, 50));
    await writeFile(join(other.path, 'server.json'), JSON.stringify({ pid: left.pid, port, version: '' }));
    await using next = await startMinio(options(other.path));
    await ended;
    expect(warnings).toContainEqual(expect.stringContaining('left running'));
    expect(next.pid).not.toBe(left.pid);
  });

  it('does not stop another program that has the recorded pid', async () => {
    await using other = await temporaryDirectory();
    await writeFile(join(other.path, 'server.json'), JSON.stringify({ pid: process.pid, port: 0, version: '' }));
    await using next = await startMinio(options(other.path));
    expect(next.pid).not.toBe(process.pid);
  });

  const unsupported = endsWithParent() ? '' : ' (not supported, because this system has no setpriv --pdeathsig)';
  (unsupported === '' ? it : it.skip)(`ends when its parent is killed${unsupported}`, async () => {
    await using other = await temporaryDirectory();
    const entry = pathToFileURL(join(import.meta.dirname, '../dist/index.js')).href;
    const source = `import { startMinio } from ${JSON.stringify(entry)};
      const nothing = () => {};
      const log = { debug: nothing, info: nothing, warn: nothing };
      const { pid } = await startMinio({ ...${JSON.stringify({ path, directory: other.path, ...keys })}, log });
      console.log(pid);`;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', source], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const early = once(parent, 'exit').then(([code]) => {
      throw new Error(`The parent ended with ${code}; is TypeScript built (npm run build)?`);
    });
    const [output] = (await Promise.race([once(parent.stdout, 'data'), early])) as [Buffer];
    const pid = Number(output.toString());
    expect(await commandLine(pid)).toContain(other.path);
    parent.kill('SIGKILL');
    await untilGone(pid);
    await using next = await startMinio(options(other.path));
    expect(next.pid).not.toBe(pid);
  });
});
