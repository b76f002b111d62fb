// Sends a file in parts, straight to the store. What arrived stays: the same call with the id of the upload goes on with what is missing.
import { PortraitError } from '@portrait/contracts';
import { answer } from './answer.js';
import type { ApiClient } from './client.js';
import type { components } from './generated/api.js';
import { setTimeout as sleep } from './sleep.js';

export type Upload = components['schemas']['Upload'];
export type UploadRequest = components['schemas']['CreateUpload'];

/** A Blob, or a file handle behind two functions. */
export interface Bytes {
  readonly size: number;
  /** Bytes [start, end). */
  slice(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

export interface UploadOptions {
  /** Of an upload that was begun before. */
  id?: string;
  /** Called as soon as the id is known, so that it can be kept. */
  onOpen?(upload: Upload): void | Promise<void>;
  onProgress?(done: number, total: number): void;
  signal?: AbortSignal;
}

const AT_ONCE = 3;
const ROUNDS = 6;

/** @throws PortraitError; STORE_UNREACHABLE when parts do not arrive */
export async function uploadFile(
  client: ApiClient,
  bytes: Bytes,
  request: Omit<UploadRequest, 'bytes'>,
  { id, onOpen, onProgress, signal }: UploadOptions = {},
): Promise<Upload> {
  const see = (upload: string): Promise<Upload> =>
    answer(client.GET('/v1/uploads/{id}', { params: { path: { id: upload } } }));
  let upload =
    id === undefined
      ? await answer(client.POST('/v1/uploads', { body: { ...request, bytes: bytes.size } }))
      : await see(id);
  if (upload.bytes !== bytes.size)
    throw new PortraitError(
      'CONFLICT',
      `The upload ${upload.id} is of ${upload.bytes} bytes; this file has ${bytes.size}.`,
      { hint: 'Go on with the file it was begun with, or begin a new upload.' },
    );
  await onOpen?.(upload);
  const arrived = (): number => upload.parts.reduce((sum, part) => sum + (part.done ? part.bytes : 0), 0);
  for (let round = 1; upload.status === 'open' && upload.parts.some(({ done }) => !done); round++) {
    onProgress?.(arrived(), upload.bytes);
    const before = arrived();
    const failure = await sendParts(client, bytes, upload, signal, onProgress);
    // Links expire and connections break: the server knows what arrived, and gives fresh links for the rest.
    upload = await see(upload.id);
    if (failure === null) continue;
    if (arrived() > before) round = 1;
    else if (round === ROUNDS) throw failure;
    await sleep(250 * 2 ** round, signal);
  }
  onProgress?.(upload.bytes, upload.bytes);
  return answer(client.POST('/v1/uploads/{id}:complete', { params: { path: { id: upload.id } } }));
}

/** Null when all went through. */
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
        const response = await client.bare(part.url!, {
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
          `Part ${part.number} of the upload ${upload.id} does not arrive: ${(error as Error).message}`,
          {
            cause: error,
            hint: 'Look whether the object store can be reached from here, then go on with the same upload.',
          },
        );
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return failure;
}
