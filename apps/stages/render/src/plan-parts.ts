// Where to cut a video for several workers: borders at multiples of `segmentFrames`, so that the joined file has the
// bytes of one render.
import {
  featuresJsonSchema,
  renderSpec,
  type ArtifactReaderWriter,
  type PartRanges,
  type PlanPartsTask,
} from '@portrait/contracts';
import { planTimeline } from './timeline.js';

export async function planParts(
  artifacts: ArtifactReaderWriter,
  { audioFeatures, params, parts }: Omit<PlanPartsTask, 'person'>,
): Promise<PartRanges> {
  const parsed = renderSpec.params.parse(params);
  const { seconds } = await artifacts.readJson(audioFeatures, 'features.json', featuresJsonSchema);
  const { first, end } = planTimeline(seconds, parsed);
  return cut(first, end, parsed.segmentFrames, parts);
}

/** At most `parts` runs of whole segments of about equal length; fewer where there are fewer segments. */
export function cut(first: number, end: number, segment: number, parts: number): PartRanges {
  const borders = [first];
  for (let at = (Math.floor(first / segment) + 1) * segment; at < end; at += segment) borders.push(at);
  borders.push(end);
  const segments = borders.length - 1;
  const count = Math.min(parts, segments);
  return Array.from({ length: count }, (_, i) => [
    borders[Math.floor((i * segments) / count)]!,
    borders[Math.floor(((i + 1) * segments) / count)]!,
  ]);
}
