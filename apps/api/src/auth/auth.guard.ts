// Authenticates the API key and checks its scopes. Keys are looked up by hash, so the response time reveals nothing
// about a key.
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { PortraitError } from '@portrait/contracts';
import type { Scope } from '@portrait/contracts/api';
import type { ApiRequest } from '../http/api-request.js';
import { endpointOf } from '../http/route.js';
import { KeysService } from '../keys/keys.service.js';
import { readKey } from './key-text.js';

@Injectable()
export class AuthGuard implements CanActivate {
  constructor(private readonly keys: KeysService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<ApiRequest>();
    const found = endpointOf(context);
    // Without this check a route missing from the endpoint table would be open to everyone.
    if (!found)
      throw new PortraitError(
        'INTERNAL',
        `${context.getClass().name}.${context.getHandler().name} is not bound to an endpoint.`,
      );
    request.endpoint = found.name;
    const { scopes } = found.endpoint;
    if (scopes === null) return true;
    const key = readKey(request.headers);
    const caller = key === null ? null : await this.keys.find(key);
    if (caller === null)
      throw new PortraitError('UNAUTHENTICATED', 'The request has no key, or the key is unknown, expired or revoked.', {
        hint: 'Send a valid key as "Authorization: Bearer pk_…".',
      });
    request.caller = caller;
    if (!allowed(caller.scopes, scopes))
      throw new PortraitError(
        'FORBIDDEN',
        `The key has the scopes ${caller.scopes.join(', ')}; this operation needs ${scopes.join(' or ')}.`,
        { hint: 'Use a key with that scope.' },
      );
    return true;
  }
}

export const allowed = (has: readonly Scope[], needs: readonly Scope[]): boolean =>
  has.includes('admin') || needs.some((scope) => has.includes(scope));
