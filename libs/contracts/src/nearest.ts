// Suggests the known name closest to an unknown one.

/** Damerau-Levenshtein distance: inserts, deletes, replacements and swaps of neighbours that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let previous2: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, previous2[j - 2]! + 1);
      current.push(cost);
    }
    previous2 = previous;
    previous = current;
  }
  return previous[b.length]!;
}

/** The known name closest to `name`, or undefined when more than a third of its letters differ. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    const inside = candidate.toLowerCase().includes(name.toLowerCase()) && name.length >= 3;
    const distance = inside ? 1 : editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= Math.max(2, Math.floor(candidate.length / 3)) && (best === undefined || distance < best.distance))
      best = { name: candidate, distance };
  }
  return best?.name;
}

/** " Did you mean x?" or the list of known names. Begins with a space, so that it can follow a sentence. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const names = [...known];
  const near = nearest(name, names);
  return near !== undefined ? ` Did you mean ${near}?` : ` Known names: ${names.join(', ')}.`;
}
