// Looking once in a while for all who ask. While it is looked anew, they get what was seen before: pollers neither cost more than one nor wait.

/** So many times the pause between two looks, and what was seen is too old to be told. */
const STALE = 2;
const KEPT = 10_000;

interface Entry<T> {
  at: number;
  seen: Promise<T>;
  next?: Promise<T>;
}

export class SharedLooks<T> {
  readonly #entries = new Map<string, Entry<T>>();

  /** @param everyMs pause between two looks at the same thing; 0: everyone looks */
  constructor(private readonly everyMs: number) {}

  look(key: string, find: () => Promise<T>): Promise<T> {
    const known = this.#entries.get(key);
    if (known === undefined) return this.#keep(key, find());
    const age = performance.now() - known.at;
    if (age < this.everyMs) return known.seen;
    known.next ??= this.#renew(key, known, find);
    return age < STALE * this.everyMs ? known.seen : known.next;
  }

  /** The next look is a fresh one. */
  forget(key: string): void {
    this.#entries.delete(key);
  }

  #renew(key: string, known: Entry<T>, find: () => Promise<T>): Promise<T> {
    const next = find().then((value) => {
      // Forgotten meanwhile: what was found may be from before the reason.
      if (this.#entries.get(key) === known) void this.#keep(key, Promise.resolve(value));
      return value;
    });
    next.catch(() => this.#drop(key, known));
    return next;
  }

  #keep(key: string, seen: Promise<T>): Promise<T> {
    const entry: Entry<T> = { at: performance.now(), seen };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > KEPT) this.#entries.delete(this.#entries.keys().next().value!);
    seen.catch(() => this.#drop(key, entry));
    return seen;
  }

  #drop(key: string, entry: Entry<T>): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }
}
