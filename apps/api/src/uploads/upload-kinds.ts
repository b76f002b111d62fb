// Artifact kind and required content of each upload kind.
import { PortraitError, type ArtifactKind } from '@portrait/contracts';
import type { UploadKind } from '@portrait/contracts/api';
import { sniff, type Family } from './sniff.js';

/** @param person owner; null: the training video of a new person */
export function artifactOf(kind: UploadKind, person: string | null): { kind: ArtifactKind; name: string } {
  if (kind === 'track') return { kind: 'track', name: 'track.json' };
  if (kind === 'audio') return { kind: 'speech', name: 'source' };
  return { kind: person === null ? 'source-video' : 'background-media', name: 'source' };
}

const KIND_NAMES: Readonly<Record<UploadKind, string>> = {
  video: 'a video',
  audio: 'sound',
  image: 'a PNG, JPEG or WebP image',
  track: 'a track in JSON',
};

const FAMILIES: Readonly<Record<UploadKind, readonly Family[]>> = {
  video: ['video'],
  audio: ['audio', 'video'],
  image: ['image'],
  track: ['json'],
};

/** @param what subject of the message: "The upload u_…" @throws PortraitError INPUT_UNREADABLE */
export function requireKind(what: string, kind: UploadKind, first: Uint8Array): void {
  const found = sniff(first);
  if (found !== null && FAMILIES[kind].some((family) => found.families.includes(family))) return;
  const is =
    found === null
      ? `has an unknown file type (it begins with ${Buffer.from(first.subarray(0, 8)).toString('hex')})`
      : `is ${found.name}`;
  throw new PortraitError('INPUT_UNREADABLE', `${what} ${is}, not ${KIND_NAMES[kind]}.`, {
    hint: 'Check that you sent the right file, and all of it.',
  });
}
