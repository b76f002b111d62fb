// Opens the artifact store of a service: the bucket from the settings, with a local cache.
import { openS3Store, type RemoteArtifactStore } from '@portrait/artifact-store';
import type { ObjectStoreSettings } from '@portrait/config';
import { PortraitError } from '@portrait/contracts';

/** @throws PortraitError INVALID_ARGUMENT without credentials, STORE_UNREACHABLE, STORE_UNWRITABLE */
export async function openServiceStore(settings: ObjectStoreSettings): Promise<RemoteArtifactStore> {
  const { endpoint, publicEndpoint, region, bucket, pathStyle, accessKey, secretKey, sessionToken, cache } = settings;
  if (accessKey === undefined || secretKey === undefined) {
    throw new PortraitError('INVALID_ARGUMENT', 'This service has no credentials for the object store.', {
      hint:
        'Set PORTRAIT_S3_ACCESS_KEY and PORTRAIT_S3_SECRET_KEY; ' +
        'docs/operating.md lists the rights each service needs.',
    });
  }
  return openS3Store({
    ...addressOf(endpoint),
    region,
    bucket,
    pathStyle,
    accessKey,
    secretKey,
    cache,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...(publicEndpoint.href === endpoint.href ? {} : { publicAddress: addressOf(publicEndpoint) }),
  });
}

function addressOf({ protocol, hostname, port }: URL): { endPoint: string; port: number; useSSL: boolean } {
  const useSSL = protocol === 'https:';
  return { endPoint: hostname, port: port === '' ? (useSSL ? 443 : 80) : Number(port), useSSL };
}
