// The port of a store on a server: links by which browsers and scripts send and fetch bytes without passing the API. A
// link names one object and expires. Fetched bytes are not verified; readers compare them with the sha256 of the
// reference.
import type { ArtifactKind, ArtifactRef } from '@portrait/contracts';
import type { ArtifactStore } from './port.js';

export interface UploadRequest {
  person: string;
  /** Size of the whole file, at least 1. */
  bytes: number;
  contentType: string;
  /** If given, adoption refuses other bytes. */
  sha256?: string;
}

/** An upload in progress. Continuing it needs both. */
export interface UploadId {
  key: string;
  uploadId: string;
}

export interface UploadPart {
  /** From 1. */
  number: number;
  bytes: number;
  /** True when these bytes have arrived. */
  done: boolean;
  /** Where to PUT them: byte `(number - 1) * partBytes` onwards. Null when done. */
  url: string | null;
}

export interface UploadTicket extends UploadId {
  /** Size of every part but the last. */
  partBytes: number;
  parts: UploadPart[];
  /** Expiry of the links; `listParts` gives new ones. */
  expiresAt: string;
}

export interface RemoteArtifactStore extends ArtifactStore {
  /** @param seconds 1 to 604,800 @throws PortraitError NOT_FOUND when the bytes are not in the store */
  presignGet(
    file: { person: string; ref: ArtifactRef; name: string },
    seconds: number,
    options?: { downloadName?: string; contentType?: string },
  ): Promise<string>;

  /** Begins an upload. It expires a day after its last byte unless it is adopted. */
  beginUpload(request: UploadRequest): Promise<UploadTicket>;
  /** State of an upload, with new links for missing parts, to resume it. @throws PortraitError NOT_FOUND */
  listParts(upload: UploadId): Promise<UploadTicket>;
  /**
   * Joins the parts. Idempotent.
   * @throws PortraitError INVALID_ARGUMENT when the size differs from the announced one
   */
  completeUpload(upload: UploadId): Promise<void>;
  abortUpload(upload: UploadId): Promise<void>;
  /**
   * Makes a completed upload the file `name` of an artifact: hashes it, copies it on the server, deletes the upload.
   * Idempotent for a day, also after a crash in between.
   * @throws PortraitError NOT_FOUND when it is not complete, INVALID_ARGUMENT when its sha256 is not the one announced
   */
  adoptUpload<K extends ArtifactKind>(kind: K, name: string, key: string): Promise<ArtifactRef<K>>;

  /** Removes the local copies of a person's bytes. */
  forgetLocal(person: string): Promise<void>;
  /**
   * Removes the local copies of people no longer in the store, erased through other machines. Opening a store does so
   * too.
   */
  forgetErased(): Promise<void>;
}
