// Yields to the event loop while iterating over large lists.

const ENTRIES_PER_SLICE = 500;

export async function* yielding<T>(entries: Iterable<T>): AsyncGenerator<T> {
  let since = 0;
  for (const entry of entries) {
    if (++since === ENTRIES_PER_SLICE) {
      since = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
    yield entry;
  }
}
