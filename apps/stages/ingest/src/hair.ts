// Looks at a few pictures for hair that falls below the chin: it is learnt as head and lies on the shoulders, so it
// tears when the head moves. The exact masks are the business of semantic parsing.
import { NETWORK_SIDE, CLASS_COUNT, PARSING_CLASS, openSegmenter } from '@portrait/face';
import type { Finding } from '@portrait/contracts';
import { readFrames } from '@portrait/media';
import type { Source } from './check-streams.js';
import type { Crop } from './crop.js';
import type { FaceMeasures, FaceSample } from './face-scan.js';
import { atFrame } from './findings.js';
import { median } from './statistics.js';
import { selectFilter } from './timeline.js';

const PICTURES = 5;
/** Area of hair below the chin over the area of the face's box. Short hair: below 0.02; ours. */
const MUCH_HAIR = 0.08;

export interface HairMeasure {
  frame: number;
  share: number;
}

/** Measures at most five of the grading samples, evenly spread. Hair counts below the lowest point of the face oval. */
export async function measureHair(
  source: Source,
  filters: readonly string[],
  crop: Crop,
  grading: readonly FaceSample[],
  options: { threads: number; signal: AbortSignal },
): Promise<HairMeasure[]> {
  const seen = grading.filter((s): s is FaceSample & { face: FaceMeasures } => s.face !== undefined);
  const chosen = Array.from(
    { length: Math.min(PICTURES, seen.length) },
    (_, i) => seen[Math.floor(((i + 0.5) * seen.length) / Math.min(PICTURES, seen.length))]!,
  );
  if (chosen.length === 0) return [];
  const segmenter = await openSegmenter(options);
  try {
    const size = NETWORK_SIDE;
    const cropped = [
      ...filters,
      selectFilter(chosen.map((s) => s.frame)),
      `crop=${crop.size}:${crop.size}:${crop.left}:${crop.top}`,
    ];
    const measures: HairMeasure[] = [];
    for await (const picture of readFrames(source.path, {
      pixelFormat: 'rgb24',
      width: size,
      height: size,
      filters: cropped,
      signal: options.signal,
    })) {
      const { frame, face } = chosen[measures.length]!;
      const logits = await segmenter.logits(picture, size);
      const toMap = size / crop.size;
      const chin = Math.max(0, Math.min(size, Math.round((face.bottom - crop.top) * toMap)));
      let hair = 0;
      for (let i = chin * size; i < size * size; i += 1) if (strongest(logits, i) === PARSING_CLASS.hair) hair += 1;
      measures.push({ frame, share: hair / ((face.right - face.left) * (face.bottom - face.top) * toMap * toMap) });
    }
    return measures;
  } finally {
    await segmenter.close();
  }
}

export function gradeHair(measures: readonly HairMeasure[]): Finding[] {
  const share = median(measures.map((m) => m.share));
  if (share < MUCH_HAIR) return [];
  const most = measures.reduce((a, b) => (b.share > a.share ? b : a));
  return [
    {
      level: 'warning',
      code: 'hair-over-shoulders',
      message:
        'Hair falls below the chin onto the shoulders; it belongs to the head and to the torso at ' +
        'once, and may tear when the head moves.',
      advice: 'Tie the hair back or put it behind the shoulders.',
      at: atFrame(most.frame),
      value: share,
    },
  ];
}

function strongest(logits: Float32Array, pixel: number): number {
  let best = 0;
  for (let c = 1; c < CLASS_COUNT; c += 1)
    if (logits[pixel * CLASS_COUNT + c]! > logits[pixel * CLASS_COUNT + best]!) best = c;
  return best;
}
