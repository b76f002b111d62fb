// Services that start before their dependencies or with invalid settings: real processes against real servers. The
// log and /readyz name what a service waits for and why; permanent problems end the process with a message.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { prepareBucket } from '@portrait/artifact-store';
import { servicePrograms } from '@portrait/cli';
import {
  locateServers,
  startMinio,
  startTemporal,
  type MinioServer,
  type TemporalServer,
} from '@portrait/local-servers';
import { temporaryDirectory } from '@portrait/testing';

const { temporal: temporalPath, minio: minioPath, reasons } = await locateServers();
const missing = temporalPath === null || minioPath === null ? Object.values(reasons).join(' ') : null;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };
const KEYS = { rootUser: 'portrait', rootPassword: 'portrait-secret' };

interface Service {
  child: ChildProcess;
  health: string;
  said: { out: string; err: string };
  exited: Promise<number | null>;
}

(missing === null ? describe : describe.skip)(
  missing === null ? 'a service' : `a service (not supported, because ${missing})`,
  () => {
    let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
    const running: Service[] = [];
    const servers: (TemporalServer | MinioServer)[] = [];
    let count = 0;

    beforeAll(async () => {
      folder = await temporaryDirectory();
    });
    afterEach(async () => {
      for (const { child, exited } of running.splice(0)) {
        child.kill('SIGKILL');
        await exited;
      }
      for (const server of servers.splice(0)) await server.stop();
    });
    afterAll(() => folder[Symbol.asyncDispose]());

    async function freePort(): Promise<number> {
      const server = createServer().listen(0, '127.0.0.1');
      await new Promise((settle) => server.once('listening', settle));
      const { port } = server.address() as AddressInfo;
      await new Promise((settle) => server.close(settle));
      return port;
    }

    async function start(name: string, env: Record<string, string>): Promise<Service> {
      const { main } = servicePrograms().find((program) => program.name === name)!;
      const health = await freePort();
      const own = join(folder.path, `service-${count++}`);
      const inherited = Object.fromEntries(
        Object.entries(process.env).filter(([variable]) => !variable.startsWith('PORTRAIT_')),
      );
      const child = spawn(process.execPath, [main], {
        env: {
          ...inherited,
          PORTRAIT_HEALTH_PORT: String(health),
          PORTRAIT_API_PORT: String(await freePort()),
          PORTRAIT_DATABASE: join(own, 'database'),
          PORTRAIT_ARTIFACT_CACHE: join(own, 'cache'),
          PORTRAIT_LOG_LEVEL: 'info',
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const said = { out: '', err: '' };
      child.stdout!.setEncoding('utf8').on('data', (text: string) => (said.out += text));
      child.stderr!.setEncoding('utf8').on('data', (text: string) => (said.err += text));
      const service = {
        child,
        health: `http://127.0.0.1:${health}`,
        said,
        exited: new Promise<number | null>((done) => child.once('close', done)),
      };
      running.push(service);
      return service;
    }

    /** Asks until the answer is as wanted. Rejects when the process ends before. */
    async function readiness(
      { health, child, said }: Service,
      wanted: (status: number, service: string) => boolean,
    ): Promise<{ status: number; service: string }> {
      for (; ; await sleep(100)) {
        const answer = await fetch(`${health}/readyz`).catch(() => null);
        if (answer !== null) {
          const { checks } = (await answer.json()) as { checks: { service: string } };
          if (wanted(answer.status, checks.service)) return { status: answer.status, service: checks.service };
        }
        if (child.exitCode !== null) throw new Error(`It ended with code ${child.exitCode}: ${said.err}${said.out}`);
      }
    }
    const isReady = (status: number): boolean => status === 200;
    const isWaiting = (_: number, service: string): boolean => service.startsWith('waiting for');

    async function temporal(port?: number): Promise<TemporalServer> {
      const server = await startTemporal({
        path: temporalPath!,
        directory: join(folder.path, `temporal-${count++}`),
        namespace: 'portrait',
        searchAttributes: { PersonId: 'Keyword', Tenant: 'Keyword', Kind: 'Keyword' },
        ...(port === undefined ? {} : { port }),
        log: silent,
      });
      servers.push(server);
      return server;
    }
    async function minio(port: number): Promise<void> {
      servers.push(
        await startMinio({
          path: minioPath!,
          directory: join(folder.path, `minio-${count++}`),
          port,
          ...KEYS,
          log: silent,
        }),
      );
    }

    it('waits for Temporal, says so, and begins by itself when it comes', async () => {
      const port = await freePort();
      const service = await start('orchestrator', { PORTRAIT_TEMPORAL_ADDRESS: `127.0.0.1:${port}` });
      expect(await readiness(service, isWaiting)).toEqual({
        status: 503,
        service:
          `waiting for Temporal at 127.0.0.1:${port}: ` +
          `Temporal does not answer at 127.0.0.1:${port}: Connection refused`,
      });
      expect((await fetch(`${service.health}/livez`)).status).toBe(200);
      expect(service.said.out).toContain(`Waiting for Temporal at 127.0.0.1:${port}`);
      expect(service.said.out).toContain('Start it (for example with portrait up), or set PORTRAIT_TEMPORAL_ADDRESS.');
      await temporal(port);
      await readiness(service, isReady);
      service.child.kill('SIGTERM');
      expect(await service.exited).toBe(0);
    });

    it('that is asked to end while it waits ends, and with success', async () => {
      const service = await start('orchestrator', { PORTRAIT_TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` });
      await readiness(service, isWaiting);
      service.child.kill('SIGTERM');
      expect(await service.exited).toBe(0);
      expect(service.said.err).toBe('');
    });

    it('ends with a message about a missing namespace or an unreadable file', async () => {
      const { address } = await temporal();
      const lost = await start('orchestrator', {
        PORTRAIT_TEMPORAL_ADDRESS: address,
        PORTRAIT_TEMPORAL_NAMESPACE: 'nowhere',
      });
      expect([await lost.exited, lost.said.err]).toEqual([
        4,
        `orchestrator: Temporal at ${address} has no namespace "nowhere". ` +
          'Create it, or set PORTRAIT_TEMPORAL_NAMESPACE to one that exists.\n',
      ]);
      const bare = await start('orchestrator', {
        PORTRAIT_TEMPORAL_ADDRESS: address,
        PORTRAIT_TEMPORAL_TLS_CA: join(folder.path, 'none.pem'),
      });
      expect([await bare.exited, bare.said.err]).toEqual([
        2,
        expect.stringMatching(
          /^orchestrator: The file .*none\.pem cannot be read: .* Correct PORTRAIT_TEMPORAL_TLS_CA\.\n$/,
        ),
      ]);
    });

    it.each(['ingest', 'api'])(
      'waits for the object store, says so, and begins by itself when it comes: %s',
      async (name) => {
        const { address } = await temporal();
        const port = await freePort();
        const service = await start(name, {
          PORTRAIT_TEMPORAL_ADDRESS: address,
          PORTRAIT_S3_ENDPOINT: `http://127.0.0.1:${port}`,
          PORTRAIT_S3_ACCESS_KEY: KEYS.rootUser,
          PORTRAIT_S3_SECRET_KEY: KEYS.rootPassword,
        });
        expect(await readiness(service, isWaiting)).toEqual({
          status: 503,
          service: expect.stringMatching(
            new RegExp(
              `^waiting for the object store: The store http://127\\.0\\.0\\.1:${port} ` +
                '\\(bucket portrait\\) does not answer',
            ),
          ),
        });
        expect(service.said.out).toContain('Check that the server is up and that address and port are correct.');
        await minio(port);
        // The server is there, its bucket is not yet.
        await readiness(service, (_, why) => why.includes('no such bucket'));
        await prepareBucket(
          { endPoint: '127.0.0.1', port, accessKey: KEYS.rootUser, secretKey: KEYS.rootPassword },
          'portrait',
        );
        await readiness(service, isReady);
        service.child.kill('SIGTERM');
        expect(await service.exited).toBe(0);
      },
    );
  },
);
