// Temporary keys with reduced permissions, from the token service of the server (STS AssumeRole).
import { AssumeRoleProvider } from 'minio/dist/esm/AssumeRoleProvider.mjs';
import { PortraitError } from '@portrait/contracts';
import { addressOf, type S3Connection } from './connect.js';
import type { PolicyDocument } from './policy.js';

export interface TemporaryCredentials {
  accessKey: string;
  secretKey: string;
  sessionToken: string;
}

/**
 * @param options.policy limits the permissions of `accessKey`
 * @param options.seconds 900 to 604,800; default one hour
 * @throws PortraitError STORE_UNREACHABLE, or STORE_UNWRITABLE when the server refuses
 */
export async function restrictedCredentials(options: {
  connection: S3Connection;
  policy: PolicyDocument;
  seconds?: number;
}): Promise<TemporaryCredentials> {
  const { connection, policy, seconds = 3600 } = options;
  if (!Number.isInteger(seconds) || seconds < 900 || seconds > 604_800)
    throw new PortraitError(
      'INVALID_ARGUMENT',
      `Keys cannot be valid for ${seconds} seconds: use a whole number from 900 to 604800.`,
    );
  const provider = new AssumeRoleProvider({
    stsEndpoint: addressOf(connection),
    accessKey: connection.accessKey,
    secretKey: connection.secretKey,
    region: connection.region ?? 'us-east-1',
    durationSeconds: seconds,
    policy: JSON.stringify(policy),
    action: 'AssumeRole',
  });
  const credentials = await provider.refreshCredentials().catch((error: unknown) => {
    const text = (error as Error).message;
    const refused = /Unable to obtain credentials/.test(text);
    throw new PortraitError(
      refused ? 'STORE_UNWRITABLE' : 'STORE_UNREACHABLE',
      `${addressOf(connection)} gives no temporary keys: ${text}`,
      {
        cause: error,
        hint: refused
          ? 'Check the keys and the policy document.'
          : 'Check that the server is up and has a token service.',
      },
    );
  });
  return {
    accessKey: credentials.accessKey,
    secretKey: credentials.secretKey,
    sessionToken: credentials.sessionToken ?? '',
  };
}
