// Stage join: parts of one video, rendered apart, become the video. Pictures are copied, never encoded again; the sound
// is muxed once over the whole, so that the result is what one render of all frames gives.
import { join } from 'node:path';
import {
  canonicalJson,
  joinSpec,
  PortraitError,
  videoJsonSchema,
  type ArtifactRecord,
  type StageContext,
  type VideoJson,
} from '@portrait/contracts';
import {
  copyPicture,
  finishVideo,
  VIDEO_ENCODINGS,
  type Encoding,
  type VideoContainer,
  type VideoPiece,
} from '@portrait/media';
import { implement } from '@portrait/stage-kit';

interface Part {
  role: string;
  json: VideoJson;
  path: string;
}

export const joinStage = implement(joinSpec, async (ctx, inputs) => {
  const parts = await readParts(ctx, inputs);
  requireWhole(parts);
  const [first, last] = [parts[0]!.json, parts.at(-1)!.json];
  const total = last.end - first.first;
  ctx.progress({ done: 0, total, unit: 'frames' });
  const container = first.file.split('.')[1] as VideoContainer;
  const video = await finishVideo(ctx, {
    pieces: await pictures(ctx, parts, VIDEO_ENCODINGS[container]),
    timeline: { total: first.total, first: first.first, end: last.end, audioStart: first.speechStartSeconds },
    size: first.size,
    container,
    transparent: first.transparent,
    provenance: first.provenance,
    speech: inputs.speech,
  });
  ctx.metric('parts', parts.length);
  ctx.metric('frames', total);
  ctx.progress({ done: total, total, unit: 'frames' });
  return { video };
});

async function readParts(ctx: StageContext, inputs: ArtifactRecord): Promise<Part[]> {
  const parts: Part[] = [];
  for (let i = 0; inputs[`parts.${i}`]; i++) {
    const role = `parts.${i}`;
    const json = await ctx.artifacts.readJson(inputs[role]!, 'video.json', videoJsonSchema);
    parts.push({ role, json, path: await ctx.artifacts.path(inputs[role]!, json.file) });
  }
  return parts;
}

async function pictures(ctx: StageContext, parts: readonly Part[], encoding: Encoding): Promise<VideoPiece[]> {
  const pieces: VideoPiece[] = [];
  for (const { role, path, json } of parts) {
    const picture = join(ctx.scratchDir, role);
    await copyPicture(path, picture, { encoding, signal: ctx.signal });
    pieces.push({ path: picture, frames: json.frames });
  }
  return pieces;
}

/** @throws PortraitError INCOMPATIBLE naming the first part that does not follow the one before it */
function requireWhole(parts: readonly Part[]): void {
  const hint = 'Render the parts again, each with its own frameRange and everything else equal.';
  const same = ({ file, size, total, transparent, provenance }: VideoJson): string =>
    canonicalJson({ file, size, total, transparent, provenance });
  for (const [i, { role, json }] of parts.entries()) {
    const before = parts[i - 1];
    if (!before) continue;
    if (json.first !== before.json.end)
      throw new PortraitError(
        'INCOMPATIBLE',
        `${role} begins at frame ${json.first}, but ${before.role} ends before frame ${before.json.end}.`,
        { hint, at: { frame: json.first } },
      );
    if (same(json) !== same(before.json))
      throw new PortraitError(
        'INCOMPATIBLE',
        `${role} is not of the same render as ${before.role}: another portrait, speech, seed, size or container.`,
        { hint },
      );
  }
}
