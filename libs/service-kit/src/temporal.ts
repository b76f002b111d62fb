// Connections to Temporal: the local server, a cluster with mutual TLS, or Temporal Cloud with an API key.
import { readFile } from 'node:fs/promises';
import type { TemporalSettings } from '@portrait/config';
import { PortraitError, type Logger } from '@portrait/contracts';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { patiently } from './patience.js';

async function options({ address, tls, apiKey }: TemporalSettings) {
  const read = (path: string | undefined): Promise<Buffer> | undefined => (path === undefined ? undefined : readFile(path));
  const [crt, key, ca] = [await read(tls?.cert), await read(tls?.key), await read(tls?.ca)];
  const pair = crt && key ? { clientCertPair: { crt, key } } : {};
  return {
    address,
    ...(tls ? { tls: { ...pair, ...(ca ? { serverRootCACertificate: ca } : {}) } } : apiKey === undefined ? {} : { tls: true }),
    ...(apiKey === undefined ? {} : { apiKey }),
  };
}

const unreachable = ({ address }: TemporalSettings, cause: unknown): PortraitError =>
  new PortraitError('SERVER_UNREACHABLE', `Temporal does not answer at ${address}: ${(cause as Error).message}`, { cause, hint: 'Start it (portrait up does), or set PORTRAIT_TEMPORAL_ADDRESS.' });

/** Waits for Temporal as long as `signal` allows, telling so. @throws PortraitError NOT_FOUND when the namespace does not exist */
export async function connectWorker(settings: TemporalSettings, log: Logger, signal: AbortSignal): Promise<NativeConnection> {
  const connection = await patiently(`Temporal at ${settings.address}`, log, signal, async () => {
    try {
      return await NativeConnection.connect(await options(settings));
    } catch (error) {
      throw unreachable(settings, error);
    }
  });
  await requireNamespace(connection, settings);
  return connection;
}

/** @throws PortraitError SERVER_UNREACHABLE, NOT_FOUND */
export async function connectClient(settings: TemporalSettings): Promise<Client> {
  let connection: Connection;
  try {
    connection = await Connection.connect({ ...(await options(settings)), connectTimeout: '10s' });
  } catch (error) {
    throw unreachable(settings, error);
  }
  await requireNamespace(connection, settings);
  return new Client({ connection, namespace: settings.namespace });
}

/** A client over a worker's connection. */
export const clientOf = (connection: NativeConnection, { namespace }: TemporalSettings): Client => new Client({ connection, namespace });

async function requireNamespace(connection: NativeConnection | Connection, { address, namespace }: TemporalSettings): Promise<void> {
  try {
    await connection.workflowService.describeNamespace({ namespace });
  } catch (error) {
    if (!/not found/i.test((error as Error).message)) throw error;
    throw new PortraitError('NOT_FOUND', `Temporal at ${address} has no namespace "${namespace}".`, { cause: error, hint: 'Create it, or set PORTRAIT_TEMPORAL_NAMESPACE to one that exists.' });
  }
}
