// Uploads a file with its hash to the store of a remote system and resumes an interrupted upload.
import { open, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { answer, uploadFile, type Bytes, type Upload } from '@portrait/api-client';
import { sha256File } from '@portrait/artifact-store';
import { PortraitError } from '@portrait/contracts';
import type { UploadKind } from '@portrait/contracts/api';
import { cacheFolder } from '@portrait/models';
import type { Session } from '../session.js';
import type { ViewEvent } from '../terminal/progress-view.js';
import type { Remote } from './connect.js';
import { contentTypeOf } from './content-type.js';
import { createResumeStore, type ResumeStore } from './resume-store.js';

export interface FileToSend {
  path: string;
  kind: UploadKind;
  /** Undefined for the video of a new person. */
  personId?: string | undefined;
  /** Computed if undefined. */
  sha256?: string | undefined;
}

const DEFAULT_TYPE: Readonly<Record<UploadKind, string>> = {
  video: 'video/mp4',
  audio: 'audio/mpeg',
  image: 'image/png',
  track: 'application/json',
};

export const resumeStoreOf = ({ env }: Session): ResumeStore => createResumeStore(join(cacheFolder(env), 'remote'));

/** Key of an upload in the resume store. */
export const uploadKey = ({ url }: Remote, { kind, personId }: FileToSend, sha256: string): unknown => ({
  url,
  kind,
  personId: personId ?? null,
  sha256,
});

/** @returns the id of the complete upload */
export async function sendFile(
  session: Session,
  remote: Remote,
  file: FileToSend,
  onEvent: (event: ViewEvent) => void = session.view.onEvent,
): Promise<string> {
  const { kind, personId, path } = file;
  const sha256 = file.sha256 ?? (await sha256File(path)).sha256;
  const resumeStore = resumeStoreOf(session);
  const name = uploadKey(remote, file, sha256);
  const before = await resumeStore.read(name);
  const known = before === null ? null : await findUpload(remote, before);
  if (known?.status === 'complete') {
    onEvent({ type: 'cached', stage: 'upload', key: `upload/${known.id}` });
    return known.id;
  }
  const contentType = contentTypeOf(path, DEFAULT_TYPE[kind]);
  await using handle = await open(path);
  const { size } = await handle.stat();
  const began = performance.now();
  onEvent({ type: 'start', stage: 'upload', resumed: known !== null });
  try {
    const upload = await uploadFile(
      remote.client,
      bytesOf(handle, size),
      { kind, contentType, sha256, ...(personId === undefined ? {} : { personId }) },
      {
        ...(known === null ? {} : { id: known.id }),
        signal: session.signal,
        onOpen: ({ id }) => resumeStore.write(name, id),
        onProgress: (done, total) =>
          onEvent({ type: 'progress', stage: 'upload', progress: { ...scaled(done, total), message: basename(path) } }),
      },
    );
    onEvent({ type: 'done', stage: 'upload', report: { wallMs: performance.now() - began, cpuMs: 0, metrics: {} } });
    return upload.id;
  } catch (error) {
    if (!session.signal.aborted) throw withFileName(error, path);
    throw new PortraitError(
      'CANCELLED',
      `Stopped during the upload of ${basename(path)}. No work was started; the uploaded part is kept for a day.`,
      { cause: error },
    );
  }
}

function scaled(done: number, total: number): { done: number; total: number; unit: string } {
  const [scale, unit] = total < 1e7 ? ([1e3, 'kB'] as const) : ([1e6, 'MB'] as const);
  return { done: done / scale, total: total / scale, unit };
}

/** Adds the file name, which the server does not know. */
function withFileName(error: unknown, path: string): unknown {
  if (!(error instanceof PortraitError) || error.code !== 'INPUT_UNREADABLE') return error;
  return new PortraitError(error.code, `${path} is refused: ${error.message}`, {
    cause: error,
    at: { file: path },
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}

/** Null if the upload is gone or unusable. */
async function findUpload({ client }: Remote, id: string): Promise<Upload | null> {
  try {
    const upload = await answer(client.GET('/v1/uploads/{id}', { params: { path: { id } } }));
    return upload.status === 'open' || upload.status === 'complete' ? upload : null;
  } catch (error) {
    if (error instanceof PortraitError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

function bytesOf(handle: FileHandle, size: number): Bytes {
  return {
    size,
    async slice(start, end) {
      const bytes = new Uint8Array(end - start);
      for (let at = 0; at < bytes.length;) {
        const { bytesRead } = await handle.read(bytes, at, bytes.length - at, start + at);
        if (bytesRead === 0)
          throw new PortraitError('INPUT_UNREADABLE', 'The file became shorter during the upload.', {
            hint: 'Wait until the file is complete, then run the command again.',
          });
        at += bytesRead;
      }
      return bytes;
    },
  };
}
