// Applies the Idempotency-Key of a request. Failures are not stored, so that a retry can succeed.
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { PortraitError } from '@portrait/contracts';
import type { Response } from 'express';
import { catchError, concatMap, from, of, type Observable } from 'rxjs';
import type { ApiRequest } from '../http/api-request.js';
import { endpointOf } from '../http/route.js';
import { IdempotencyService, requestDigest } from './idempotency.service.js';

const KEY = /^[\x21-\x7e]{1,200}$/;

@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly service: IdempotencyService) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<ApiRequest>();
    const response = context.switchToHttp().getResponse<Response>();
    const { endpoint } = endpointOf(context)!;
    const key = request.headers['idempotency-key'];
    const tenant = request.caller?.tenant;
    if (key === undefined || tenant === undefined || endpoint.method !== 'POST') return next.handle();
    if (typeof key !== 'string' || !KEY.test(key))
      throw new PortraitError(
        'INVALID_ARGUMENT',
        'Idempotency-Key must be 1 to 200 visible characters without spaces.',
      );
    if (!endpoint.idempotent)
      throw new PortraitError(
        'INVALID_ARGUMENT',
        'The response holds a secret that is shown once and never stored: omit Idempotency-Key.',
      );
    const stored = await this.service.begin(
      tenant,
      key,
      requestDigest(request.method, request.originalUrl, request.body),
    );
    if (stored !== null) {
      response.status(stored.status).set('Idempotency-Replayed', 'true');
      return of(stored.answer);
    }
    return next.handle().pipe(
      concatMap((answer: unknown) =>
        from(
          this.service
            .store(tenant, key, { status: endpoint.answer.status, answer, person: findPerson(request, answer) })
            .then(() => answer),
        ),
      ),
      catchError(async (error: unknown) => {
        await this.service.release(tenant, key);
        throw error;
      }),
    );
  }
}

/** Id of the person in the response. */
function findPerson(request: ApiRequest, answer: unknown): string | null {
  const { personId, id } = (answer ?? {}) as { personId?: string | null; id?: string };
  if (typeof personId === 'string') return personId;
  return request.path.startsWith('/v1/people') && typeof id === 'string' ? id : null;
}
