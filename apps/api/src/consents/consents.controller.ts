// Consents: who agreed to a portrait of whom.
import { Controller } from '@nestjs/common';
import type { Caller } from '../http/asked.js';
import { By, Given, Route, type Ask, type Reply } from '../http/route.js';
import { ConsentsService } from './consents.service.js';

@Controller()
export class ConsentsController {
  constructor(private readonly consents: ConsentsService) {}

  @Route('createConsent')
  create(@By() by: Caller, @Given() { body }: Ask<'createConsent'>): Promise<Reply<'createConsent'>> {
    return this.consents.create(by, body);
  }

  @Route('listConsents')
  list(@By() by: Caller, @Given() { query }: Ask<'listConsents'>): Promise<Reply<'listConsents'>> {
    return this.consents.list(by, query);
  }

  @Route('getConsent')
  get(@By() by: Caller, @Given() { params }: Ask<'getConsent'>): Promise<Reply<'getConsent'>> {
    return this.consents.get(by, params.id);
  }
}
