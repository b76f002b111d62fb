// Keeps a server running: restarts it on the same directory and port when it ends unexpectedly. Clients reconnect.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningServer } from '@portrait/local-servers';

const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 30_000;

export interface Supervised<S extends RunningServer> {
  /** The current server, or the last one. */
  readonly server: S;
  stop(): Promise<void>;
}

/** @param start called without a port the first time, then with the first server's port */
export async function supervise<S extends RunningServer>(
  start: (port?: number) => Promise<S>,
  onRestart: (error: Error | null) => void,
): Promise<Supervised<S>> {
  let server = await start();
  const { port } = server;
  const stopping = new AbortController();

  const restart = async (): Promise<void> => {
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
      await restart();
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
      // Stops a server that a restart brought up meanwhile.
      await server.stop();
    },
  };
}
