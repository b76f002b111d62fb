// The audit log: who called which operation, when, and with what status. It never holds request bodies: they contain
// names and addresses.
import { Inject, Injectable, type NestMiddleware } from '@nestjs/common';
import type { Logger } from '@portrait/contracts';
import { ENDPOINTS, type Endpoint } from '@portrait/contracts/api';
import { and, desc, eq, lt } from 'drizzle-orm';
import type { NextFunction, Response } from 'express';
import type { Database } from '../database/open-database.js';
import { audit } from '../database/schema.js';
import type { ApiRequest, Caller } from '../http/api-request.js';
import { pageOf, readCursor } from '../http/pagination.js';
import type { RequestOf, ResponseOf } from '../http/route.js';
import { DATABASE, LOG } from '../tokens.js';

@Injectable()
export class AuditService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  async record(request: ApiRequest, status: number): Promise<void> {
    const { caller, endpoint: name, requestId, errorCode, createdId } = request;
    if (caller === undefined || name === undefined) return;
    const endpoint: Endpoint = ENDPOINTS[name];
    if (!(endpoint.audited ?? endpoint.method !== 'GET')) return;
    const target = request.params['id'] ?? createdId ?? null;
    try {
      await this.database.db.insert(audit).values({
        tenant: caller.tenant,
        key: caller.key,
        action: name,
        target: target === null ? null : String(target).slice(0, 100),
        status,
        code: errorCode ?? null,
        request: requestId,
      });
    } catch (error) {
      this.log.warn('Cannot write an audit entry', {
        requestId,
        action: name,
        target,
        status,
        error: (error as Error).message,
      });
    }
  }

  async list(
    { tenant }: Caller,
    { limit, cursor, action, target }: RequestOf<'listAudit'>['query'],
  ): Promise<ResponseOf<'listAudit'>> {
    const after = cursor === undefined ? null : Number(readCursor(cursor, 'number'));
    const rows = await this.database.db
      .select()
      .from(audit)
      .where(
        and(
          eq(audit.tenant, tenant),
          action === undefined ? undefined : eq(audit.action, action),
          target === undefined ? undefined : eq(audit.target, target),
          after === null ? undefined : lt(audit.seq, after),
        ),
      )
      .orderBy(desc(audit.seq))
      .limit(limit + 1);
    return pageOf(
      rows,
      limit,
      (row) => String(row.seq),
      ({ createdAt, key, action: done, target: to, status, code, request }) => ({
        at: createdAt.toISOString(),
        keyId: key,
        action: done,
        target: to,
        status,
        code,
        requestId: request,
      }),
    );
  }
}

@Injectable()
export class AuditMiddleware implements NestMiddleware {
  constructor(private readonly service: AuditService) {}

  use(request: ApiRequest, response: Response, next: NextFunction): void {
    response.on('close', () => void this.service.record(request, response.statusCode));
    next();
  }
}
