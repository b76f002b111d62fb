// Worker side of a pool: answers each request with a value or an error, one at a time, in order.
import { parentPort } from 'node:worker_threads';

export interface Answer<Response> {
  value: Response;
  /** Buffers to transfer instead of copy. */
  transfer?: ArrayBuffer[];
}

export type Reply<Response> = { ok: true; value: Response } | { ok: false; message: string; stack: string | undefined };

/** Reports readiness after `open`, then handles requests until the pool terminates the thread. */
export async function serve<Request, Response>(
  open: () => Promise<(request: Request) => Answer<Response> | Promise<Answer<Response>>>,
): Promise<void> {
  const port = parentPort!;
  const fail = (error: unknown): void => {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    port.postMessage({ ok: false, message, stack } satisfies Reply<Response>);
  };
  let handle: (request: Request) => Answer<Response> | Promise<Answer<Response>>;
  try {
    handle = await open();
    port.postMessage({ ok: true, value: null });
  } catch (error) {
    return fail(error);
  }
  port.on('message', async (request: Request) => {
    try {
      const { value, transfer } = await handle(request);
      port.postMessage({ ok: true, value } satisfies Reply<Response>, transfer ?? []);
    } catch (error) {
      fail(error);
    }
  });
}
