// Keys of a tenant, and which one is asking.
import { Controller } from '@nestjs/common';
import type { Caller } from '../http/asked.js';
import { By, Given, Route, type Ask, type Reply } from '../http/route.js';
import { KeysService } from './keys.service.js';

@Controller()
export class KeysController {
  constructor(private readonly keys: KeysService) {}

  @Route('createKey')
  create(@By() by: Caller, @Given() { body }: Ask<'createKey'>): Promise<Reply<'createKey'>> {
    return this.keys.create(by.tenant, body);
  }

  @Route('listKeys')
  list(@By() by: Caller, @Given() { query }: Ask<'listKeys'>): Promise<Reply<'listKeys'>> {
    return this.keys.list(by, query);
  }

  @Route('revokeKey')
  revoke(@By() by: Caller, @Given() { params }: Ask<'revokeKey'>): Promise<Reply<'revokeKey'>> {
    return this.keys.revoke(by, params.id);
  }

  @Route('getCaller')
  async caller(@By() by: Caller): Promise<Reply<'getCaller'>> {
    return { tenant: by.tenant, key: await this.keys.get(by, by.key) };
  }
}
