// Presigned links, signed locally without a request to the server.
import { PortraitError } from '@portrait/contracts';
import type { UploadId } from '../remote-port.js';
import { connect, type S3Client, type S3Connection } from './connect.js';

const MAX_LINK_SECONDS = 7 * 24 * 3600;

export class PresignedLinks {
  readonly #client: S3Client;

  /** @param connection with the address that browsers use: the signature covers it */
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
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_LINK_SECONDS) {
    throw new PortraitError(
      'INVALID_ARGUMENT',
      `A link cannot be valid for ${seconds} seconds: use a whole number from 1 to ${MAX_LINK_SECONDS}.`,
    );
  }
  return seconds;
}

/** Both forms of the header: ASCII for old programs, and percent-encoded UTF-8. */
function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%;/]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
