// Endpoints for API keys.
import { Controller } from '@nestjs/common';
import type { Caller } from '../http/api-request.js';
import { CurrentCaller, Input, Route, type RequestOf, type ResponseOf } from '../http/route.js';
import { KeysService } from './keys.service.js';

@Controller()
export class KeysController {
  constructor(private readonly keys: KeysService) {}

  @Route('createKey')
  create(@CurrentCaller() caller: Caller, @Input() { body }: RequestOf<'createKey'>): Promise<ResponseOf<'createKey'>> {
    return this.keys.create(caller.tenant, body);
  }

  @Route('listKeys')
  list(@CurrentCaller() caller: Caller, @Input() { query }: RequestOf<'listKeys'>): Promise<ResponseOf<'listKeys'>> {
    return this.keys.list(caller, query);
  }

  @Route('revokeKey')
  revoke(
    @CurrentCaller() caller: Caller,
    @Input() { params }: RequestOf<'revokeKey'>,
  ): Promise<ResponseOf<'revokeKey'>> {
    return this.keys.revoke(caller, params.id);
  }

  @Route('getCaller')
  async caller(@CurrentCaller() caller: Caller): Promise<ResponseOf<'getCaller'>> {
    return { tenant: caller.tenant, key: await this.keys.get(caller, caller.key) };
  }
}
