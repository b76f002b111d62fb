// Puts the Idempotency-Key of a request before its handler. Failures are not kept: the same request again may succeed.
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { PortraitError } from '@portrait/contracts';
import type { Response } from 'express';
import { catchError, concatMap, from, of, type Observable } from 'rxjs';
import type { Asked } from '../http/asked.js';
import { endpointOf } from '../http/route.js';
import { IdempotencyService, requestDigest } from './idempotency.service.js';

const KEY = /^[\x21-\x7e]{1,200}$/;

@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly service: IdempotencyService) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const asked = context.switchToHttp().getRequest<Asked>();
    const response = context.switchToHttp().getResponse<Response>();
    const { endpoint } = endpointOf(context)!;
    const key = asked.headers['idempotency-key'];
    const tenant = asked.caller?.tenant;
    if (key === undefined || tenant === undefined || endpoint.method !== 'POST') return next.handle();
    if (typeof key !== 'string' || !KEY.test(key))
      throw new PortraitError('INVALID_ARGUMENT', 'An Idempotency-Key is 1 to 200 visible characters without spaces.');
    if (!endpoint.idempotent)
      throw new PortraitError(
        'INVALID_ARGUMENT',
        'This answer holds a secret that is shown once and not kept, so it cannot be given again: leave Idempotency-Key out.',
      );
    const kept = await this.service.begin(tenant, key, requestDigest(asked.method, asked.originalUrl, asked.body));
    if (kept !== null) {
      response.status(kept.status).set('Idempotency-Replayed', 'true');
      return of(kept.answer);
    }
    return next.handle().pipe(
      concatMap((answer: unknown) =>
        from(
          this.service
            .keep(tenant, key, { status: endpoint.answer.status, answer, person: personOf(asked, answer) })
            .then(() => answer),
        ),
      ),
      catchError(async (error: unknown) => {
        await this.service.forget(tenant, key);
        throw error;
      }),
    );
  }
}

/** The person an answer tells of. */
function personOf(asked: Asked, answer: unknown): string | null {
  const { personId, id } = (answer ?? {}) as { personId?: string | null; id?: string };
  if (typeof personId === 'string') return personId;
  return asked.path.startsWith('/v1/people') && typeof id === 'string' ? id : null;
}
