// Uploads a file in parts directly to the store. Calling again with the id of the upload resumes with the missing
// parts.
import { PortraitError } from '@portrait/contracts';
import { answer } from './answer.js';
import type { ApiClient } from './client.js';
import type { components } from './generated/api.js';
import { setTimeout as sleep } from './sleep.js';

export type Upload = components['schemas']['Upload'];
export type UploadRequest = components['schemas']['CreateUpload'];

/** A Blob or file, as two members. */
export interface Bytes {
  readonly size: number;
  /** Bytes [start, end). */
  slice(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

export interface UploadOptions {
  /** Id of an earlier upload to resume. */
  id?: string;
  /** Called once the id is known, so that the caller can save it. */
  onOpen?(upload: Upload): void | Promise<void>;
  onProgress?(done: number, total: number): void;
  signal?: AbortSignal;
}

const MAX_PARALLEL_PARTS = 3;
const MAX_ROUNDS = 6;

/** @throws PortraitError STORE_UNREACHABLE when parts cannot be sent */
export async function uploadFile(
  client: ApiClient,
  bytes: Bytes,
  request: Omit<UploadRequest, 'bytes'>,
  { id, onOpen, onProgress, signal }: UploadOptions = {},
): Promise<Upload> {
  const getUpload = (upload: string): Promise<Upload> =>
    answer(client.GET('/v1/uploads/{id}', { params: { path: { id: upload } } }));
  let upload =
    id === undefined
      ? await answer(client.POST('/v1/uploads', { body: { ...request, bytes: bytes.size } }))
      : await getUpload(id);
  if (upload.bytes !== bytes.size)
    throw new PortraitError(
      'CONFLICT',
      `The upload ${upload.id} expects ${upload.bytes} bytes; the file has ${bytes.size}.`,
      { hint: 'Use the original file, or open a new upload.' },
    );
  await onOpen?.(upload);
  const arrived = (): number => upload.parts.reduce((sum, part) => sum + (part.done ? part.bytes : 0), 0);
  for (let round = 1; upload.status === 'open' && upload.parts.some(({ done }) => !done); round++) {
    onProgress?.(arrived(), upload.bytes);
    const before = arrived();
    const failure = await sendParts(client, bytes, upload, signal, onProgress);
    // The server knows which parts arrived, and issues fresh links for the others.
    upload = await getUpload(upload.id);
    if (failure === null) continue;
    if (arrived() > before) round = 1;
    else if (round === MAX_ROUNDS) throw failure;
    await sleep(250 * 2 ** round, signal);
  }
  onProgress?.(upload.bytes, upload.bytes);
  return answer(client.POST('/v1/uploads/{id}:complete', { params: { path: { id: upload.id } } }));
}

/** The first failure; null when all parts were sent. */
async function sendParts(
  client: ApiClient,
  bytes: Bytes,
  upload: Upload,
  signal: AbortSignal | undefined,
  onProgress: UploadOptions['onProgress'],
): Promise<PortraitError | null> {
  const missing = upload.parts.filter(({ done }) => !done);
  let done = upload.bytes - missing.reduce((sum, part) => sum + part.bytes, 0);
  let failure: PortraitError | null = null;
  const queue = missing.values();
  const work = async (): Promise<void> => {
    for (const part of queue) {
      signal?.throwIfAborted();
      if (failure !== null) return;
      const start = (part.number - 1) * upload.partBytes!;
      const body = await bytes.slice(start, start + part.bytes);
      try {
        const response = await client.fetchWithoutKey(part.url!, {
          method: 'PUT',
          body,
          ...(signal === undefined ? {} : { signal }),
        });
        await response.body?.cancel();
        if (!response.ok) throw new Error(`the store answered ${response.status}`);
        onProgress?.((done += part.bytes), upload.bytes);
      } catch (error) {
        signal?.throwIfAborted();
        failure ??= new PortraitError(
          'STORE_UNREACHABLE',
          `Part ${part.number} of the upload ${upload.id} cannot be sent: ${(error as Error).message}`,
          {
            cause: error,
            hint: 'Check that the object store is reachable, then resume the upload.',
          },
        );
      }
    }
  };
  await Promise.all(Array.from({ length: MAX_PARALLEL_PARTS }, work));
  return failure;
}
