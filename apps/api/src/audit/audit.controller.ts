// The audit log of a tenant.
import { Controller } from '@nestjs/common';
import type { Caller } from '../http/api-request.js';
import { CurrentCaller, Input, Route, type RequestOf, type ResponseOf } from '../http/route.js';
import { AuditService } from './audit.service.js';

@Controller()
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Route('listAudit')
  list(@CurrentCaller() caller: Caller, @Input() { query }: RequestOf<'listAudit'>): Promise<ResponseOf<'listAudit'>> {
    return this.audit.list(caller, query);
  }
}
