// What a store on a server can do beyond the port: hand out links, so that browsers and scripts send and fetch bytes without passing the API.
// Links are unguessable, expire, and name one object each. What is fetched by a link is not verified on the way; readers compare it with the reference's sha256.
import type { ArtifactKind, ArtifactRef } from '@portrait/contracts';
import type { ArtifactStore } from './port.js';

export interface UploadRequest {
  person: string;
  /** Size of the whole file, at least 1. */
  bytes: number;
  contentType: string;
  /** When the sender knows it, anything else is refused at adoption. */
  sha256?: string;
}

/** An upload under way. Both are needed to go on with it, by anyone who may speak for the person. */
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
  /** End of the links' life; `listParts` gives new ones. */
  expiresAt: string;
}

export interface RemoteArtifactStore extends ArtifactStore {
  /** @param seconds 1 to 604,800 @throws PortraitError NOT_FOUND when the bytes are not in the store */
  presignGet(
    file: { person: string; ref: ArtifactRef; name: string },
    seconds: number,
    options?: { downloadName?: string; contentType?: string },
  ): Promise<string>;

  /** Opens an upload. It is removed a day after its last byte unless it is adopted. */
  beginUpload(request: UploadRequest): Promise<UploadTicket>;
  /** Where an upload stands, with fresh links for what is missing: how a broken one goes on. @throws PortraitError NOT_FOUND */
  listParts(upload: UploadId): Promise<UploadTicket>;
  /** Joins the parts. Saying it twice is no error. @throws PortraitError INVALID_ARGUMENT when bytes are missing or more came than were announced */
  completeUpload(upload: UploadId): Promise<void>;
  abortUpload(upload: UploadId): Promise<void>;
  /**
   * Makes a completed upload the file `name` of an artifact: reads it once for its sha256, copies it on the server, removes what was sent.
   * Saying it twice, also after a crash in between, gives the same reference for a day.
   * @throws PortraitError NOT_FOUND when it is not complete, INVALID_ARGUMENT when its sha256 is not the one announced
   */
  adoptUpload<K extends ArtifactKind>(kind: K, name: string, key: string): Promise<ArtifactRef<K>>;

  /** Removes this machine's copies of a person's bytes. */
  forgetLocal(person: string): Promise<void>;
  /** Removes this machine's copies of everyone the store no longer knows: how it learns of erasures that others have done. Opening a store does so too. */
  forgetErased(): Promise<void>;
}
