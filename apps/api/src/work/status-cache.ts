// Caches a status for concurrent pollers. A stale value is returned while it is refreshed, so that pollers neither wait
// nor add load.

/** Values older than this many refresh intervals are not returned. */
const MAX_AGE_REFRESHES = 2;
const MAX_ENTRIES = 10_000;

interface Entry<T> {
  at: number;
  value: Promise<T>;
  next?: Promise<T>;
}

export class StatusCache<T> {
  readonly #entries = new Map<string, Entry<T>>();

  /** @param refreshMs minimum interval between loads of the same key; 0 disables the cache */
  constructor(private readonly refreshMs: number) {}

  get(key: string, load: () => Promise<T>): Promise<T> {
    const cached = this.#entries.get(key);
    if (cached === undefined) return this.#store(key, load());
    const age = performance.now() - cached.at;
    if (age < this.refreshMs) return cached.value;
    cached.next ??= this.#refresh(key, cached, load);
    return age < MAX_AGE_REFRESHES * this.refreshMs ? cached.value : cached.next;
  }

  /** The next get loads a fresh value. */
  invalidate(key: string): void {
    this.#entries.delete(key);
  }

  #refresh(key: string, cached: Entry<T>, load: () => Promise<T>): Promise<T> {
    const next = load().then((value) => {
      // If invalidated meanwhile, the value may predate the change.
      if (this.#entries.get(key) === cached) void this.#store(key, Promise.resolve(value));
      return value;
    });
    next.catch(() => this.#drop(key, cached));
    return next;
  }

  #store(key: string, value: Promise<T>): Promise<T> {
    const entry: Entry<T> = { at: performance.now(), value };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > MAX_ENTRIES) this.#entries.delete(this.#entries.keys().next().value!);
    value.catch(() => this.#drop(key, entry));
    return value;
  }

  #drop(key: string, entry: Entry<T>): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }
}
