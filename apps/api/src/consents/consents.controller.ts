// Endpoints for consents: who agreed to a portrait of whom.
import { Controller } from '@nestjs/common';
import type { Caller } from '../http/api-request.js';
import { CurrentCaller, Input, Route, type RequestOf, type ResponseOf } from '../http/route.js';
import { ConsentsService } from './consents.service.js';

@Controller()
export class ConsentsController {
  constructor(private readonly consents: ConsentsService) {}

  @Route('createConsent')
  create(
    @CurrentCaller() caller: Caller,
    @Input() { body }: RequestOf<'createConsent'>,
  ): Promise<ResponseOf<'createConsent'>> {
    return this.consents.create(caller, body);
  }

  @Route('listConsents')
  list(
    @CurrentCaller() caller: Caller,
    @Input() { query }: RequestOf<'listConsents'>,
  ): Promise<ResponseOf<'listConsents'>> {
    return this.consents.list(caller, query);
  }

  @Route('getConsent')
  get(
    @CurrentCaller() caller: Caller,
    @Input() { params }: RequestOf<'getConsent'>,
  ): Promise<ResponseOf<'getConsent'>> {
    return this.consents.get(caller, params.id);
  }
}
