// A connection to any S3 server: what it needs to know, and a client that gives up on a silent server and stops on request.
// Not here: what is asked of the server (bucket.ts, multipart.ts).
import * as http from 'node:http';
import * as https from 'node:https';
import { Client } from 'minio';

export interface S3Connection {
  endPoint: string;
  /** 443 with `useSSL`, else 80. */
  port?: number;
  useSSL?: boolean;
  /** Default `us-east-1`. Always sent, so that no request is spent on asking. */
  region?: string;
  /** `http://server/bucket/key` (default) rather than `http://bucket.server/key`. */
  pathStyle?: boolean;
  accessKey: string;
  secretKey: string;
  /** Of temporary credentials. */
  sessionToken?: string;
}

/** A server that sends and takes no byte for this long is taken for gone. */
const SILENCE_MS = 60_000;

/** The client with the one call that the library keeps to itself, and the clock of the server. */
export class S3Client extends Client {
  /** What the server's clock was ahead of ours at its last answer, ms; null before the first. */
  clockAheadMs: number | null = null;

  override listParts(...call: Parameters<Client['listParts']>): ReturnType<Client['listParts']> {
    return super.listParts(...call);
  }
}

export function connect(connection: S3Connection, signal?: AbortSignal): S3Client {
  const {
    endPoint,
    port,
    useSSL = false,
    region = 'us-east-1',
    pathStyle = true,
    accessKey,
    secretKey,
    sessionToken,
  } = connection;
  const client: S3Client = new S3Client({
    endPoint,
    useSSL,
    region,
    pathStyle,
    accessKey,
    secretKey,
    ...(port === undefined ? {} : { port }),
    ...(sessionToken === undefined ? {} : { sessionToken }),
    transport: watched(useSSL ? https : http, signal, (aheadMs) => (client.clockAheadMs = aheadMs)),
    transportAgent: useSSL ? new https.Agent({ keepAlive: true }) : new http.Agent({ keepAlive: true }),
    // The library would send the rest of a stream that was read half, and write to the terminal. Retries are in faults.ts.
    retryOptions: { disableRetry: true },
  });
  return client;
}

export function addressOf({
  endPoint,
  port,
  useSSL = false,
}: Pick<S3Connection, 'endPoint' | 'port' | 'useSSL'>): string {
  return `${useSSL ? 'https' : 'http'}://${endPoint}${port === undefined ? '' : `:${port}`}`;
}

function watched(
  protocol: Pick<typeof http, 'request'>,
  signal: AbortSignal | undefined,
  onClock: (aheadMs: number) => void,
): Pick<typeof http, 'request'> {
  const request = (
    options: http.RequestOptions,
    answer: (response: http.IncomingMessage) => void,
  ): http.ClientRequest => {
    const sent = protocol.request({ ...options, timeout: SILENCE_MS, ...(signal ? { signal } : {}) }, (response) => {
      const theirs = Date.parse(response.headers.date ?? '');
      if (!Number.isNaN(theirs)) onClock(theirs - Date.now());
      answer(response);
    });
    sent.on('timeout', () =>
      sent.destroy(Object.assign(new Error(`no answer for ${SILENCE_MS / 1000} seconds`), { code: 'ETIMEDOUT' })),
    );
    return sent;
  };
  return { request: request as typeof http.request };
}
