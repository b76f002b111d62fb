// Connections to Temporal: the local server, a cluster with mutual TLS, or Temporal Cloud with an API key.
import { readFile } from 'node:fs/promises';
import type { TemporalSettings } from '@portrait/config';
import { PortraitError, type Logger } from '@portrait/contracts';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { patiently } from './patience.js';

/** @throws PortraitError INVALID_ARGUMENT when a file of the settings cannot be read: waiting would not make it appear */
async function options({ address, tls, apiKey }: TemporalSettings) {
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

/** Status codes of gRPC that waiting does not change. */
const grpc = { NOT_FOUND: 5, PERMISSION_DENIED: 7, UNAUTHENTICATED: 16 } as const;

const unreachable = ({ address }: TemporalSettings, cause: unknown): PortraitError =>
  new PortraitError('SERVER_UNREACHABLE', `Temporal does not answer at ${address}: ${reasonOf(cause)}`, {
    cause,
    hint: 'Start it (portrait up does), or set PORTRAIT_TEMPORAL_ADDRESS.',
  });

/** The native client tells of a failed connection in the debug form of Rust; its innermost message is what a person can use. */
function reasonOf(cause: unknown): string {
  const { message } = cause as Error;
  return [...message.matchAll(/message: "([^"]+)"/g)].at(-1)?.[1] ?? message;
}

/** Waits for Temporal as long as `signal` allows, telling so. @throws PortraitError NOT_FOUND when the namespace does not exist, FORBIDDEN when the credentials are refused: neither is waited for */
export async function connectWorker(
  settings: TemporalSettings,
  log: Logger,
  signal: AbortSignal,
): Promise<NativeConnection> {
  const given = await options(settings);
  return patiently(`Temporal at ${settings.address}`, log, signal, () =>
    connected(settings, () => NativeConnection.connect(given)),
  );
}

/** @throws PortraitError SERVER_UNREACHABLE, NOT_FOUND, FORBIDDEN */
export async function connectClient(settings: TemporalSettings): Promise<Client> {
  const given = await options(settings);
  const connection = await connected(settings, () => Connection.connect({ ...given, connectTimeout: '10s' }));
  return new Client({ connection, namespace: settings.namespace });
}

/** A connection to a server that has the namespace; closed again when it has not. */
async function connected<C extends NativeConnection | Connection>(
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
    case grpc.NOT_FOUND:
      return new PortraitError('NOT_FOUND', `Temporal at ${address} has no namespace "${namespace}".`, {
        cause,
        hint: 'Create it, or set PORTRAIT_TEMPORAL_NAMESPACE to one that exists.',
      });
    case grpc.PERMISSION_DENIED:
    case grpc.UNAUTHENTICATED:
      return new PortraitError(
        'FORBIDDEN',
        `Temporal at ${address} does not let these credentials into the namespace "${namespace}": ${(cause as Error).message}`,
        {
          cause,
          hint: 'Check PORTRAIT_TEMPORAL_API_KEY, or the certificate of PORTRAIT_TEMPORAL_TLS_CERT, and PORTRAIT_TEMPORAL_NAMESPACE.',
        },
      );
    default:
      return unreachable(settings, cause);
  }
}
