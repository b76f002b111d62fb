// Lets others be served while many things are gone through.

const AT_ONCE = 500;

/** The same entries, with a breath of the event loop after every few hundred. */
export async function* unhurried<T>(entries: Iterable<T>): AsyncGenerator<T> {
  let since = 0;
  for (const entry of entries) {
    if (++since === AT_ONCE) {
      since = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
    yield entry;
  }
}
