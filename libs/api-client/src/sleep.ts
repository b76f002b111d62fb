// An abortable delay for Node and browsers.

export function setTimeout(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((settle, fail) => {
    const stop = (): void => {
      clearTimeout(timer);
      fail(signal!.reason as Error);
    };
    const timer = globalThis.setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      settle();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
