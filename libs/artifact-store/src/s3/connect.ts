// A connection to any S3 server: its settings, and a client that times out on a silent server and stops on abort.
import * as http from 'node:http';
import * as https from 'node:https';
import { Client } from 'minio';

export interface S3Connection {
  endPoint: string;
  /** 443 with `useSSL`, else 80. */
  port?: number;
  useSSL?: boolean;
  /** Default `us-east-1`. Always set, so that the client does not query it. */
  region?: string;
  /** `http://server/bucket/key` (default) rather than `http://bucket.server/key`. */
  pathStyle?: boolean;
  accessKey: string;
  secretKey: string;
  /** Of temporary credentials only. */
  sessionToken?: string;
}

/** A connection without traffic for this long fails. */
const IDLE_TIMEOUT_MS = 60_000;

/** The client with access to one protected call of the library, and the clock of the server. */
export class S3Client extends Client {
  /** How far the server's clock was ahead of ours at its last answer; null before the first. */
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
    // The library's retries would send the rest of a half-read stream and write to the terminal. Ours are in
    // s3-errors.ts.
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
    const sent = protocol.request(
      { ...options, timeout: IDLE_TIMEOUT_MS, ...(signal ? { signal } : {}) },
      (response) => {
        const theirs = Date.parse(response.headers.date ?? '');
        if (!Number.isNaN(theirs)) onClock(theirs - Date.now());
        answer(response);
      },
    );
    sent.on('timeout', () =>
      sent.destroy(Object.assign(new Error(`no answer for ${IDLE_TIMEOUT_MS / 1000} seconds`), { code: 'ETIMEDOUT' })),
    );
    return sent;
  };
  return { request: request as typeof http.request };
}
