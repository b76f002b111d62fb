// A clip falls into segments at its cuts; a track is continuous inside one and unrelated across two.

export interface Segment {
  /** First frame and the frame after the last one. */
  start: number;
  end: number;
}

/** `cuts` holds the first frame of each segment after the first. */
export function segmentsOf(frames: number, cuts: readonly number[]): Segment[] {
  const inside = [...new Set(cuts)].filter((c) => c > 0 && c < frames).sort((a, b) => a - b);
  const starts = [0, ...inside];
  return starts.map((start, k) => ({ start, end: starts[k + 1] ?? frames }));
}

/** Frame numbers as people write them: `3, 7-9, 40`; long lists end with how many more there are. */
export function frameRanges(frames: readonly number[], limit = 8): string {
  const ranges: [number, number][] = [];
  for (const t of frames) {
    const last = ranges.at(-1);
    if (last && t === last[1] + 1) last[1] = t;
    else ranges.push([t, t]);
  }
  const shown = ranges
    .slice(0, limit)
    .map(([a, b]) => (a === b ? `${a}` : `${a}-${b}`))
    .join(', ');
  return ranges.length > limit ? `${shown} and ${ranges.length - limit} more ranges` : shown;
}
