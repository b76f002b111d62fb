// Starts a MinIO server on this machine: an S3 store in one folder. MinIO is a separate program and is never linked;
// any S3 can replace it.
import { join } from 'node:path';
import type { Logger } from '@portrait/contracts';
import { makeDirectory } from './server-directory.js';
import { runServer, serverEnvironment, type RunningServer } from './run-server.js';

export interface MinioOptions {
  /** Binary, from `locateServers`. */
  path: string;
  /** For objects (`data`), log (`minio.log`) and lock. Created if needed. */
  directory: string;
  /** Default: the last port if it is free, else any free port. */
  port?: number;
  /** 3 characters or more. */
  rootUser: string;
  /** 8 characters or more. */
  rootPassword: string;
  /** CORS origins that may use signed URLs, separated by commas. Default: the server's default, any. */
  corsOrigin?: string;
  log: Logger;
}

export interface MinioServer extends RunningServer {
  /** `http://127.0.0.1:port`. */
  readonly endpoint: string;
}

/** Starts the server and waits until it answers requests. */
export async function startMinio(options: MinioOptions): Promise<MinioServer> {
  const { path, port, rootUser, rootPassword, corsOrigin, log } = options;
  const directory = await makeDirectory(options.directory);
  const server = await runServer({
    title: 'MinIO',
    path,
    directory,
    logName: 'minio.log',
    port,
    version: '',
    log,
    args: (chosen) => ['server', '--address', `127.0.0.1:${chosen}`, '--quiet', join(directory, 'data')],
    env: serverEnvironment('MINIO_', directory, {
      MINIO_ROOT_USER: rootUser,
      MINIO_ROOT_PASSWORD: rootPassword,
      MINIO_BROWSER: 'off',
      MINIO_UPDATE: 'off',
      ...(corsOrigin === undefined ? {} : { MINIO_API_CORS_ALLOW_ORIGIN: corsOrigin }),
    }),
    ready: (chosen) =>
      fetch(`http://127.0.0.1:${chosen}/minio/health/ready`).then(
        (answer) => answer.ok,
        () => false,
      ),
  });
  return { ...server, endpoint: `http://127.0.0.1:${server.port}` };
}
