// Links that carry their own permission. Signed locally; nothing is asked of the server.
import { PortraitError } from '@portrait/contracts';
import type { UploadId } from '../remote-port.js';
import { connect, type S3Client, type S3Connection } from './connect.js';

const LONGEST_SECONDS = 7 * 24 * 3600;

export class PresignedLinks {
  readonly #client: S3Client;

  /** @param connection whose address is the one that browsers see: the signature covers it */
  constructor(
    connection: S3Connection,
    private readonly bucket: string,
  ) {
    this.#client = connect(connection);
  }

  async get(
    key: string,
    seconds: number,
    { downloadName, contentType }: { downloadName?: string; contentType?: string } = {},
  ): Promise<string> {
    return this.#client.presignedGetObject(this.bucket, key, checkSeconds(seconds), {
      ...(downloadName === undefined ? {} : { 'response-content-disposition': attachment(downloadName) }),
      ...(contentType === undefined ? {} : { 'response-content-type': contentType }),
    });
  }

  async putPart({ key, uploadId }: UploadId, partNumber: number, seconds: number): Promise<string> {
    return this.#client.presignedUrl('PUT', this.bucket, key, checkSeconds(seconds), {
      partNumber: String(partNumber),
      uploadId,
    });
  }
}

function checkSeconds(seconds: number): number {
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST_SECONDS) {
    throw new PortraitError(
      'INVALID_ARGUMENT',
      `A link cannot live ${seconds} seconds: give a whole number from 1 to ${LONGEST_SECONDS}.`,
    );
  }
  return seconds;
}

/** Both forms of the header: plain for old programs, percent-encoded UTF-8 for the rest. */
function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%;/]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
