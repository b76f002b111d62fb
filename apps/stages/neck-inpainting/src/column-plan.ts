// Chooses the strip and colour of every column, between the passes that find the tops of neck and torso and those that
// paint. A few hundred numbers per frame, so the same plain code for every backend.
import type { ColumnPlan, StripGeometry } from './geometry.js';

/** Colours of the neck over a whole segment: a chin hides the neck in many frames. */
export interface NeckProfile {
  /** [size] median packed colour of the neck in this column, -1 outside the neck. */
  colour: Float32Array;
}

/** Minimum share of sampled frames in which a column of the segment's neck shows neck. */
const MIN_SEEN_SHARE = 0.1;

/** Collects the columns of sampled frames of one segment. */
export class NeckProfileBuilder {
  private readonly colours: number[][];
  private readonly seen: Uint32Array;
  private frames = 0;

  constructor(private readonly geometry: StripGeometry) {
    this.colours = Array.from({ length: geometry.size }, () => []);
    this.seen = new Uint32Array(geometry.size);
  }

  add(tops: Float32Array, picture: Float32Array): void {
    const { size } = this.geometry;
    this.frames++;
    for (let x = 0; x < size; x++) {
      if (!(tops[x]! >= 0)) continue;
      this.seen[x]!++;
      if (isDeep(tops, x, this.geometry)) this.colours[x]!.push(picture[tops[2 * size + x]! * size + x]!);
    }
  }

  /** Columns between two neck columns count as neck; null when the segment never shows a neck. */
  build(): NeckProfile | null {
    const needed = Math.max(1, MIN_SEEN_SHARE * this.frames);
    const colour = new Float32Array(this.geometry.size).fill(-1);
    this.colours.forEach((seen, x) => {
      if (seen.length && this.seen[x]! >= needed) colour[x] = medianColour(seen);
    });
    if (!colour.some((c) => c >= 0)) return null;
    fillBetween(colour, mixPacked);
    return { colour };
  }
}

/** Maximum difference of one neck's skin between frames, of 255; more is a tie, hair or a label error. */
const MAX_SKIN_DIFFERENCE = 40;

function isNear(a: number, b: number): boolean {
  const apart = (shift: number): number => Math.abs(((a >> shift) & 255) - ((b >> shift) & 255));
  return Math.max(apart(16), apart(8), apart(0)) <= MAX_SKIN_DIFFERENCE;
}

/** False for a thin rim of neck: it shows the shadow and edge of the chin, not the colour of the neck. */
function isDeep(tops: Float32Array, x: number, { size, neckSink }: StripGeometry): boolean {
  return tops[2 * size + x]! - tops[x]! >= neckSink;
}

function medianColour(seen: readonly number[]): number {
  const channel = (shift: number): number =>
    seen.map((c) => (c >> shift) & 255).sort((a, b) => a - b)[seen.length >> 1]! << shift;
  return channel(16) | channel(8) | channel(0);
}

/**
 * @param tops [4·size] as a backend's `columns` gives it.
 * @param picture [size²] packed.
 */
export function planColumns(
  tops: Float32Array,
  picture: Float32Array,
  geometry: StripGeometry,
  profile: NeckProfile | null,
): ColumnPlan {
  const { size } = geometry;
  const none = (): Float32Array => new Float32Array(size).fill(-1);
  const plan: ColumnPlan = { neckTop: none(), neckColour: none(), torsoTop: none(), torsoColour: none() };
  for (let x = 0; x < size; x++) {
    const neck = tops[x]!,
      torso = tops[size + x]!;
    // A column that is rarely neck in this segment is an ear, a hand or a label error.
    if (neck >= 0 && !(profile && profile.colour[x]! < 0)) {
      plan.neckTop[x] = neck;
      const own = picture[tops[2 * size + x]! * size + x]!,
        usual = profile?.colour[x] ?? -1;
      plan.neckColour[x] = usual < 0 || (isDeep(tops, x, geometry) && isNear(own, usual)) ? own : usual;
    } else if (torso >= 0) {
      plan.torsoTop[x] = torso;
      plan.torsoColour[x] = picture[tops[3 * size + x]! * size + x]!;
    }
  }
  if (profile) continueNeck(plan, profile);
  else continueTorso(plan);
  plan.neckColour = smoothColumns(plan.neckColour, geometry.neckSink);
  return plan;
}

/** Ours: mean over neighbouring neck columns, because one odd pixel copied upward becomes a stripe. */
function smoothColumns(colours: Float32Array, radius: number): Float32Array {
  return colours.map((colour, x) => {
    if (colour < 0) return -1;
    let count = 0,
      red = 0,
      green = 0,
      blue = 0;
    for (let d = -radius; d <= radius; d++) {
      const other = colours[x + d] ?? -1;
      if (other < 0) continue;
      count++;
      red += other >> 16;
      green += (other >> 8) & 255;
      blue += other & 255;
    }
    const mean = (sum: number): number => Math.floor(sum / count);
    return (mean(red) << 16) | (mean(green) << 8) | mean(blue);
  });
}

/**
 * Ours: where the chin hides the neck down to the collar, the torso strip alone leaves a hole when the chin moves up.
 * So every column of the segment's neck gets a neck strip, starting at the collar or between the tops of its
 * neighbours.
 */
function continueNeck({ neckTop, neckColour, torsoTop }: ColumnPlan, profile: NeckProfile): void {
  profile.colour.forEach((colour, x) => {
    if (colour < 0 || neckTop[x]! >= 0) return;
    neckColour[x] = colour;
    neckTop[x] = torsoTop[x]!;
  });
  fillBetween(
    neckTop,
    (a, b, share) => Math.round(a + (b - a) * share),
    (x) => profile.colour[x]! >= 0,
  );
}

/** Ours: without a visible neck (collar, beard, scarf), continues the middle half of the torso columns upward. */
function continueTorso({ neckTop, neckColour, torsoTop, torsoColour }: ColumnPlan): void {
  const left = torsoTop.findIndex((y) => y >= 0),
    right = torsoTop.findLastIndex((y) => y >= 0);
  for (let x = Math.ceil(left + (right - left) / 4); left >= 0 && x <= right - (right - left) / 4; x++) {
    neckTop[x] = torsoTop[x]!;
    neckColour[x] = torsoColour[x]!;
  }
}

/** Fills values of -1 that lie between two known ones. */
function fillBetween(
  values: Float32Array,
  mix: (a: number, b: number, share: number) => number,
  wanted: (x: number) => boolean = () => true,
): void {
  let left = -1;
  for (let x = 0; x < values.length; x++) {
    if (values[x]! < 0) continue;
    if (left >= 0)
      for (let between = left + 1; between < x; between++)
        if (wanted(between)) values[between] = mix(values[left]!, values[x]!, (between - left) / (x - left));
    left = x;
  }
}

function mixPacked(a: number, b: number, share: number): number {
  const channel = (shift: number): number => {
    const from = (a >> shift) & 255,
      to = (b >> shift) & 255;
    return Math.round(from + (to - from) * share) << shift;
  };
  return channel(16) | channel(8) | channel(0);
}
