// Cuts divide a clip into segments; a track is continuous within a segment only.

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

/** Frame numbers as ranges: `3, 7-9, 40`; a long list ends with the number of ranges left out. */
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
