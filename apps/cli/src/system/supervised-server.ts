// Keeps a server running: one that ends by itself is started again on its directory and port, so that whoever used it goes on.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningServer } from '@portrait/local-servers';

const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 30_000;

export interface Supervised<S extends RunningServer> {
  /** The one that runs now, or ran last. */
  readonly server: S;
  stop(): Promise<void>;
}

/** @param start with the port to take, or none the first time */
export async function supervise<S extends RunningServer>(
  start: (port?: number) => Promise<S>,
  onRestart: (error: Error | null) => void,
): Promise<Supervised<S>> {
  let server = await start();
  const { port } = server;
  const stopping = new AbortController();

  const again = async (): Promise<void> => {
    for (let wait = FIRST_WAIT_MS; !stopping.signal.aborted; wait = Math.min(MAX_WAIT_MS, wait * 2)) {
      try {
        server = await start(port);
        onRestart(null);
        return;
      } catch (error) {
        onRestart(error as Error);
        await sleep(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  };
  const life = (async () => {
    for (;;) {
      await server.exited;
      if (stopping.signal.aborted) return;
      await again();
    }
  })();

  return {
    get server() {
      return server;
    },
    async stop() {
      stopping.abort();
      await server.stop();
      await life;
      // One that came up while it was asked to end.
      await server.stop();
    },
  };
}
