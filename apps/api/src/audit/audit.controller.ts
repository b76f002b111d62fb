// The audit log of a tenant.
import { Controller } from '@nestjs/common';
import type { Caller } from '../http/asked.js';
import { By, Given, Route, type Ask, type Reply } from '../http/route.js';
import { AuditService } from './audit.service.js';

@Controller()
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Route('listAudit')
  list(@By() by: Caller, @Given() { query }: Ask<'listAudit'>): Promise<Reply<'listAudit'>> {
    return this.audit.list(by, query);
  }
}
