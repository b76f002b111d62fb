// Connections to Temporal: the local server, a cluster with mutual TLS, or Temporal Cloud with an API key.
import { readFile } from 'node:fs/promises';
import type { TemporalSettings } from '@portrait/config';
import { PortraitError, type Logger } from '@portrait/contracts';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { retryUntilAvailable } from './retry.js';

/** @throws PortraitError INVALID_ARGUMENT when a TLS file cannot be read; this is not retried */
async function connectionOptions({ address, tls, apiKey }: TemporalSettings) {
  const read = async (setting: string, path: string | undefined): Promise<Buffer | undefined> => {
    if (path === undefined) return undefined;
    return readFile(path).catch((cause: unknown) => {
      throw new PortraitError('INVALID_ARGUMENT', `The file ${path} cannot be read: ${(cause as Error).message}.`, {
        cause,
        hint: `Correct ${setting}.`,
      });
    });
  };
  const [crt, key, ca] = [
    await read('PORTRAIT_TEMPORAL_TLS_CERT', tls?.cert),
    await read('PORTRAIT_TEMPORAL_TLS_KEY', tls?.key),
    await read('PORTRAIT_TEMPORAL_TLS_CA', tls?.ca),
  ];
  const pair = crt && key ? { clientCertPair: { crt, key } } : {};
  return {
    address,
    ...(tls
      ? { tls: { ...pair, ...(ca ? { serverRootCACertificate: ca } : {}) } }
      : apiKey === undefined
        ? {}
        : { tls: true }),
    ...(apiKey === undefined ? {} : { apiKey }),
  };
}

/** Permanent gRPC status codes. */
const GRPC_STATUS = { NOT_FOUND: 5, PERMISSION_DENIED: 7, UNAUTHENTICATED: 16 } as const;

const unreachable = ({ address }: TemporalSettings, cause: unknown): PortraitError =>
  new PortraitError('SERVER_UNREACHABLE', `Temporal does not answer at ${address}: ${reasonOf(cause)}`, {
    cause,
    hint: 'Start it (for example with portrait up), or set PORTRAIT_TEMPORAL_ADDRESS.',
  });

/** The native client reports a failed connection in Rust's debug format. Extracts the innermost message. */
function reasonOf(cause: unknown): string {
  const { message } = cause as Error;
  return [...message.matchAll(/message: "([^"]+)"/g)].at(-1)?.[1] ?? message;
}

/**
 * Connects to Temporal and retries until `signal` aborts.
 * @throws PortraitError NOT_FOUND when the namespace does not exist, FORBIDDEN when the credentials are refused;
 * neither is retried
 */
export async function connectWorker(
  settings: TemporalSettings,
  log: Logger,
  signal: AbortSignal,
): Promise<NativeConnection> {
  const options = await connectionOptions(settings);
  return retryUntilAvailable(`Temporal at ${settings.address}`, log, signal, () =>
    verifyNamespace(settings, () => NativeConnection.connect(options)),
  );
}

/** @throws PortraitError SERVER_UNREACHABLE, NOT_FOUND, FORBIDDEN */
export async function connectClient(settings: TemporalSettings): Promise<Client> {
  const options = await connectionOptions(settings);
  const connection = await verifyNamespace(settings, () => Connection.connect({ ...options, connectTimeout: '10s' }));
  return new Client({ connection, namespace: settings.namespace });
}

/** Connects and checks that the namespace exists; closes the connection when it does not. */
async function verifyNamespace<C extends NativeConnection | Connection>(
  settings: TemporalSettings,
  connect: () => Promise<C>,
): Promise<C> {
  let connection: C | undefined;
  try {
    connection = await connect();
    await connection.workflowService.describeNamespace({ namespace: settings.namespace });
    return connection;
  } catch (error) {
    await connection?.close();
    throw refusal(settings, error);
  }
}

function refusal(settings: TemporalSettings, cause: unknown): PortraitError {
  const { address, namespace } = settings;
  switch ((cause as { code?: unknown }).code) {
    case GRPC_STATUS.NOT_FOUND:
      return new PortraitError('NOT_FOUND', `Temporal at ${address} has no namespace "${namespace}".`, {
        cause,
        hint: 'Create it, or set PORTRAIT_TEMPORAL_NAMESPACE to one that exists.',
      });
    case GRPC_STATUS.PERMISSION_DENIED:
    case GRPC_STATUS.UNAUTHENTICATED:
      return new PortraitError(
        'FORBIDDEN',
        `Temporal at ${address} refuses these credentials for namespace "${namespace}": ${(cause as Error).message}`,
        {
          cause,
          hint:
            'Check PORTRAIT_TEMPORAL_API_KEY or the certificate in PORTRAIT_TEMPORAL_TLS_CERT, ' +
            'and PORTRAIT_TEMPORAL_NAMESPACE.',
        },
      );
    default:
      return unreachable(settings, cause);
  }
}
