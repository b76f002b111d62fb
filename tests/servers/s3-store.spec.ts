// The contract of the artifact store on real S3 servers: MinIO started here, and any other that PORTRAIT_TEST_S3 names.
import { describe, it } from '@jest/globals';
import { locateServers, startMinio } from '@portrait/local-servers';
import { temporaryDirectory } from '@portrait/testing';
import { s3StoreContract, serverFromAddress, type S3Server } from '../../libs/artifact-store/src/s3/s3.testing.js';

const { minio: path, reasons } = await locateServers();
const named = process.env['PORTRAIT_TEST_S3'];

async function minio(): Promise<S3Server> {
  const folder = await temporaryDirectory();
  const keys = { rootUser: 'portrait', rootPassword: 'portrait-secret' };
  const server = await startMinio({
    path: path!,
    directory: folder.path,
    ...keys,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
  });
  return {
    connection: { endPoint: '127.0.0.1', port: server.port, accessKey: keys.rootUser, secretKey: keys.rootPassword },
    stop: () => server.stop().finally(() => folder[Symbol.asyncDispose]()),
  };
}

if (path === null)
  describe.skip(`the S3 store on MinIO (not supported, because ${reasons['minio']})`, () => {
    it('keeps its contract', () => undefined);
  });
else s3StoreContract('the S3 store on MinIO', minio);

if (named === undefined || named === '')
  describe.skip('the S3 store on another server (not run, because PORTRAIT_TEST_S3 names none)', () => {
    it('keeps its contract', () => undefined);
  });
else {
  const { server, lacks } = serverFromAddress(named);
  s3StoreContract(`the S3 store on ${server.connection.endPoint}:${server.connection.port}`, async () => server, lacks);
}
