// Who asks, and may they? A key is looked up by its hash: an unknown key takes as long as a known one, and tells nothing.
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { PortraitError } from '@portrait/contracts';
import type { Scope } from '@portrait/contracts/api';
import type { Asked } from '../http/asked.js';
import { endpointOf } from '../http/route.js';
import { KeysService } from '../keys/keys.service.js';
import { keyOf } from './key-text.js';

@Injectable()
export class AuthGuard implements CanActivate {
  constructor(private readonly keys: KeysService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const asked = context.switchToHttp().getRequest<Asked>();
    const found = endpointOf(context);
    // A route that is not in the table would be open to everyone.
    if (!found)
      throw new PortraitError(
        'INTERNAL',
        `${context.getClass().name}.${context.getHandler().name} is bound to no endpoint.`,
      );
    asked.endpoint = found.name;
    const { scopes } = found.endpoint;
    if (scopes === null) return true;
    const key = keyOf(asked.headers);
    const caller = key === null ? null : await this.keys.find(key);
    if (caller === null)
      throw new PortraitError(
        'UNAUTHENTICATED',
        'There is no key with this request, or it is unknown, expired or revoked.',
        { hint: 'Send it as "Authorization: Bearer pk_…".' },
      );
    asked.caller = caller;
    if (!allowed(caller.scopes, scopes))
      throw new PortraitError(
        'FORBIDDEN',
        `This key may ${caller.scopes.join(', ')}; this needs ${scopes.join(' or ')}.`,
        { hint: 'Ask for a key with that scope.' },
      );
    return true;
  }
}

export const allowed = (has: readonly Scope[], needs: readonly Scope[]): boolean =>
  has.includes('admin') || needs.some((scope) => has.includes(scope));
