// What an upload becomes in the store, and what its bytes must look like.
import { PortraitError, type ArtifactKind } from '@portrait/contracts';
import type { UploadKind } from '@portrait/contracts/api';
import { sniff, type Family } from './sniff.js';

/** @param person whose it is; null: the video a new person is trained from */
export function artifactOf(kind: UploadKind, person: string | null): { kind: ArtifactKind; name: string } {
  if (kind === 'track') return { kind: 'track', name: 'track.json' };
  if (kind === 'audio') return { kind: 'speech', name: 'source' };
  return { kind: person === null ? 'source-video' : 'background-media', name: 'source' };
}

const FAMILIES: Readonly<Record<UploadKind, readonly Family[]>> = {
  video: ['video'],
  audio: ['audio', 'video'],
  image: ['image'],
  track: ['json'],
};

/** @param what named in the message: "The upload u_…" @throws PortraitError INPUT_UNREADABLE */
export function requireKind(what: string, kind: UploadKind, first: Uint8Array): void {
  const found = sniff(first);
  if (found !== null && FAMILIES[kind].some((family) => found.families.includes(family))) return;
  const is =
    found === null
      ? `is of no type that is known here (it begins with ${Buffer.from(first.subarray(0, 8)).toString('hex')})`
      : `is ${found.name}`;
  throw new PortraitError(
    'INPUT_UNREADABLE',
    `${what} ${is}, not ${kind === 'track' ? 'a track in JSON' : kind === 'video' ? 'a video' : `${kind === 'audio' ? 'sound' : 'a PNG, JPEG or WebP image'}`}.`,
    { hint: 'Look whether the right file was sent, and whether it was sent whole.' },
  );
}
