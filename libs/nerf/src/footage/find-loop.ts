// Reads what `chooseLoop` compares: small pictures of both ends of a segment, without the part of them that is
// replaced.
import type { ArtifactReaderWriter, ArtifactRef, Transforms } from '@portrait/contracts';
import { readFrames } from '@portrait/media';
import { cameraFromTransform, intrinsicsOf } from '../camera.js';
import type { HeadPoints } from './head-points.js';
import { chooseLoop, loopCandidates, type Loop } from './loop.js';
import { replacedRegion } from './replaced-region.js';

/** Side of the small pictures, px. A shift by a pixel of 512 px is still seen in them. */
const SIDE = 64;
/** Poses of the segment whose masks are left out of the comparison. */
const POSES = 12;

/**
 * A loop in frames [start, start + length) of the clip, by position in it; null where it is too short.
 * @param transforms poses of the clip, one a frame
 */
export async function findLoop(
  artifacts: ArtifactReaderWriter,
  clip: ArtifactRef<'clip'>,
  transforms: Transforms,
  points: HeadPoints,
  start: number,
  length: number,
  signal: AbortSignal,
): Promise<Loop | null> {
  const candidates = loopCandidates(length);
  if (!candidates) return null;
  const path = await artifacts.path(clip, 'video.mkv');
  const pictures = new Map<number, Uint8Array>();
  for (const range of [candidates.heads, candidates.tails]) {
    let at = range[0]!;
    for await (const picture of readFrames(path, {
      pixelFormat: 'gray',
      width: SIDE,
      height: SIDE,
      startFrame: start + at,
      frameCount: range.length,
      signal,
    }))
      pictures.set(at++, picture);
  }
  return chooseLoop(length, pictures, outsideFace(transforms, points, start, length));
}

/** 1 where no pose of the segment has the replaced face, by pixel of the small pictures. */
function outsideFace(transforms: Transforms, points: HeadPoints, start: number, length: number): Float32Array {
  const intrinsics = intrinsicsOf(transforms);
  const region = replacedRegion(points, intrinsics, 'face', true);
  const outside = new Float32Array(SIDE * SIDE).fill(1);
  const scale = SIDE / intrinsics.width;
  for (let k = 0; k < POSES; k++) {
    const frame = transforms.frames[start + Math.floor((k * (length - 1)) / (POSES - 1))]!;
    const { window, alpha } = region.mask(cameraFromTransform(frame.transform_matrix));
    for (let at = 0; at < alpha.length; at++) {
      if (alpha[at] === 0) continue;
      const x = Math.floor((window.left + (at % window.width)) * scale);
      const y = Math.floor((window.top + Math.floor(at / window.width)) * scale);
      outside[y * SIDE + x] = 0;
    }
  }
  return outside;
}
