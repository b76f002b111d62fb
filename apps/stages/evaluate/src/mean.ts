// The mean of what could be measured.

/** Mean of the values there are; null when there are none. */
export function mean(values: readonly (number | null)[]): number | null {
  const there = values.filter((value) => value !== null);
  return there.length > 0 ? there.reduce((a, b) => a + b, 0) / there.length : null;
}
