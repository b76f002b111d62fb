// Test support: an in-memory implementation of the remote store. `putPart` simulates the PUT to a presigned link.
import { randomUUID } from 'node:crypto';
import {
  artifactDigest,
  openMemoryStore,
  type RemoteArtifactStore,
  type UploadId,
  type UploadTicket,
} from '@portrait/artifact-store';
import { PortraitError, type ArtifactKind, type ArtifactRef } from '@portrait/contracts';

interface Open {
  person: string;
  bytes: number;
  sha256: string | undefined;
  parts: (Buffer | undefined)[];
  joined: Buffer | null;
}

export interface MemoryRemoteStore extends RemoteArtifactStore {
  /** Simulates a PUT to the link of a part. */
  putPart(url: string, bytes: Buffer): void;
  /** Open uploads by key. */
  readonly uploads: ReadonlyMap<string, unknown>;
  /** While true, every call fails as if the server were down. */
  unreachable: boolean;
  readonly presigned: string[];
}

export const PART_BYTES = 16;

export async function openMemoryRemoteStore(): Promise<MemoryRemoteStore> {
  const store = await openMemoryStore();
  const uploads = new Map<string, Open>();
  const find = ({ key }: Pick<UploadId, 'key'>): Open => {
    const open = uploads.get(key);
    if (open === undefined) throw new PortraitError('NOT_FOUND', `There is no upload ${key}.`);
    return open;
  };
  const requireReachable = (): void => {
    if (remote.unreachable)
      throw new PortraitError('STORE_UNREACHABLE', 'The store http://10.0.0.7:9000 (bucket portrait) does not answer.');
  };
  const ticket = (key: string, open: Open): UploadTicket => ({
    key,
    uploadId: `of-${key}`,
    partBytes: PART_BYTES,
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
    parts: open.parts.map((part, i) => ({
      number: i + 1,
      bytes: Math.min(PART_BYTES, open.bytes - i * PART_BYTES),
      done: part !== undefined,
      url: part === undefined ? `https://store.example/${key}?part=${i + 1}` : null,
    })),
  });
  const remote: MemoryRemoteStore = {
    uploads,
    unreachable: false,
    presigned: [],
    async scope(person) {
      requireReachable();
      return store.scope(person);
    },
    people: () => store.people(),
    putPart(url, bytes) {
      const { pathname, searchParams } = new URL(url);
      find({ key: pathname.slice(1) }).parts[Number(searchParams.get('part')) - 1] = bytes;
    },
    async presignGet({ person, ref, name }, seconds) {
      requireReachable();
      await (await store.scope(person)).path(ref, name);
      const query = `expires=${seconds}&n=${remote.presigned.length}`;
      const url = `https://store.example/${person}/${ref.digest}/${name}?${query}`;
      remote.presigned.push(url);
      return url;
    },
    async beginUpload({ person, bytes, sha256 }) {
      requireReachable();
      const key = `scratch/${person}/${randomUUID()}/data`;
      uploads.set(key, {
        person,
        bytes,
        sha256,
        parts: Array.from({ length: Math.ceil(bytes / PART_BYTES) }),
        joined: null,
      });
      return ticket(key, find({ key }));
    },
    async listParts({ key }) {
      return ticket(key, find({ key }));
    },
    async completeUpload({ key }) {
      const open = find({ key });
      const arrived = open.parts.reduce((sum, part) => sum + (part?.length ?? 0), 0);
      if (arrived !== open.bytes)
        throw new PortraitError('INVALID_ARGUMENT', `Of the ${open.bytes} bytes announced, ${arrived} have arrived.`);
      open.joined = Buffer.concat(open.parts as Buffer[]);
    },
    async abortUpload({ key }) {
      uploads.delete(key);
    },
    async adoptUpload<K extends ArtifactKind>(kind: K, name: string, key: string): Promise<ArtifactRef<K>> {
      const { person, joined, sha256 } = find({ key });
      if (joined === null) throw new PortraitError('NOT_FOUND', 'The upload is not complete.');
      const draft = await (await store.scope(person)).create(kind);
      await draft.write(name, joined);
      const ref = await draft.commit();
      if (sha256 !== undefined && ref.files[name]!.sha256 !== sha256)
        throw new PortraitError(
          'INVALID_ARGUMENT',
          'The bytes that arrived are not those announced: their sha256 differs.',
        );
      uploads.delete(key);
      return { ...ref, digest: artifactDigest(kind, ref.files) };
    },
    forgetLocal: () => Promise.resolve(),
    forgetErased: () => Promise.resolve(),
  };
  return remote;
}
