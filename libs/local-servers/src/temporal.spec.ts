import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import type { Logger } from '@portrait/contracts';
import { temporaryDirectory } from '@portrait/testing';
import { locateServers } from './locate.js';
import { isListening } from './ports.js';
import { startTemporal, type TemporalOptions, type TemporalServer } from './temporal.js';

const { temporal: path, reasons } = await locateServers();
const quiet: Logger = { debug: () => {}, info: () => {}, warn: () => {} };
const attributes = { PersonId: 'Keyword', Tenant: 'Keyword', Kind: 'Keyword' } as const;

const options = (directory: string, more: Partial<TemporalOptions> = {}): TemporalOptions => ({
  path: path!,
  directory,
  namespace: 'studio',
  searchAttributes: attributes,
  log: quiet,
  ...more,
});

async function withClient<T>(
  server: TemporalServer,
  work: (client: Client, connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await Connection.connect({ address: server.address });
  try {
    return await work(new Client({ connection, namespace: server.namespace }), connection);
  } finally {
    await connection.close();
  }
}

/** Starts a workflow that no worker polls, so that it stays open. */
const startWork = (client: Client, workflowId: string, person: string) =>
  client.workflow.start('build', {
    taskQueue: 'nobody',
    workflowId,
    searchAttributes: { PersonId: [person], Kind: ['portrait'] },
  });

async function foundBy(client: Client, query: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query })) ids.push(workflowId);
  return ids.sort();
}

/** Polls: the visibility index is updated asynchronously. */
async function eventually<T>(look: () => Promise<T>, wanted: (found: T) => boolean): Promise<T> {
  for (;;) {
    const found = await look();
    if (wanted(found)) return found;
    await new Promise((settle) => setTimeout(settle, 50));
  }
}

const block = path === null ? describe.skip : describe;
block(`a Temporal server${path === null ? ` (not supported, because ${reasons['temporal']})` : ''}`, () => {
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
  let server: TemporalServer;
  beforeAll(async () => {
    folder = await temporaryDirectory();
    server = await startTemporal(options(folder.path));
  });
  afterAll(async () => {
    await server.stop();
    await folder[Symbol.asyncDispose]();
  });

  it('creates its namespace with 30 days of retention', async () => {
    await withClient(server, async (_client, { workflowService }) => {
      const { namespaceInfo, config } = await workflowService.describeNamespace({ namespace: 'studio' });
      expect(namespaceInfo?.name).toBe('studio');
      expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 24 * 3600);
    });
  });

  it('finds workflows by search attribute right after the first start', async () => {
    await withClient(server, async (client) => {
      await startWork(client, 'of-anna', 'anna');
      await startWork(client, 'of-bert', 'bert');
      expect(
        await eventually(
          () => foundBy(client, "PersonId = 'anna' AND Kind = 'portrait'"),
          (ids) => ids.length > 0,
        ),
      ).toEqual(['of-anna']);
    });
  });

  it('refuses a second server on its directory and names the holder', async () => {
    await expect(startTemporal(options(folder.path))).rejects.toMatchObject({
      code: 'STORE_BUSY',
      message: expect.stringContaining(`process ${process.pid}`),
      hint: expect.stringContaining('another directory'),
    });
  });

  it('refuses a port that is in use', async () => {
    await using other = await temporaryDirectory();
    await expect(startTemporal(options(other.path, { port: server.port }))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(`Port ${server.port}`),
    });
  });

  it('restarts after kill -9 on the same port with its data', async () => {
    const { port, pid } = server;
    process.kill(pid, 'SIGKILL');
    expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' });
    server = await startTemporal(options(folder.path));
    expect(server.port).toBe(port);
    expect(server.pid).not.toBe(pid);
    await withClient(server, async (client) => {
      expect((await client.workflow.getHandle('of-anna').describe()).status.name).toBe('RUNNING');
      expect(
        await eventually(
          () => foundBy(client, "Kind = 'portrait'"),
          (ids) => ids.length > 1,
        ),
      ).toEqual(['of-anna', 'of-bert']);
    });
  });

  it('adds search attributes to an existing namespace', async () => {
    await server.stop();
    server = await startTemporal(options(folder.path, { searchAttributes: { ...attributes, Priority: 'Int' } }));
    await withClient(server, async (client) => {
      await client.workflow.start('build', {
        taskQueue: 'nobody',
        workflowId: 'urgent',
        searchAttributes: { PersonId: ['cleo'], Priority: [3] },
      });
      expect(
        await eventually(
          () => foundBy(client, 'Priority > 2'),
          (ids) => ids.length > 0,
        ),
      ).toEqual(['urgent']);
    });
  });

  it('refuses to change the type of a search attribute', async () => {
    await server.stop();
    await expect(startTemporal(options(folder.path, { searchAttributes: { PersonId: 'Int' } }))).rejects.toMatchObject({
      code: 'INCOMPATIBLE',
      message: expect.stringContaining('PersonId'),
    });
    expect(await isListening(server.port)).toBe(false);
    server = await startTemporal(options(folder.path));
  });

  it('refuses the state of another server version and leaves it unchanged', async () => {
    await server.stop();
    const record = join(folder.path, 'server.json');
    const written = await readFile(record, 'utf8');
    await writeFile(record, JSON.stringify({ ...JSON.parse(written), version: '1.20.0' }));
    await expect(startTemporal(options(folder.path))).rejects.toMatchObject({
      code: 'INCOMPATIBLE',
      message: expect.stringContaining('1.20.0'),
    });
    await writeFile(record, written);
    server = await startTemporal(options(folder.path));
  });

  it('applies dynamic configuration', async () => {
    await using other = await temporaryDirectory();
    await using small = await startTemporal(
      options(other.path, { dynamicConfig: { 'limit.blobSize.error': 2048, 'limit.blobSize.warn': 1024 } }),
    );
    await withClient(small, async (client) => {
      await expect(
        client.workflow.start('build', { taskQueue: 'nobody', workflowId: 'large', args: ['x'.repeat(4096)] }),
      ).rejects.toThrow();
      await client.workflow.start('build', { taskQueue: 'nobody', workflowId: 'small', args: ['x'] });
    });
  });

  it('reports the last log lines when it cannot start', async () => {
    await using other = await temporaryDirectory();
    await writeFile(
      join(other.path, 'temporal.sqlite'),
      'this is no database, and long enough to be taken for one with a broken header '.repeat(20),
    );
    await expect(startTemporal(options(other.path))).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
      message: expect.stringMatching(/ended before it was ready[^]*Last log lines:\n {2}\S/),
    });
  });
});

describe('a missing binary', () => {
  it('is reported with the command that installs it', async () => {
    await using folder = await temporaryDirectory();
    await expect(startTemporal(options(folder.path, { path: join(folder.path, 'none') }))).rejects.toMatchObject({
      code: 'DEPENDENCY_MISSING',
      hint: expect.stringContaining('setup'),
    });
  });
});
