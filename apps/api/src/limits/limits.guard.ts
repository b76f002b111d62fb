// Enforces the request rate of a key and reports the remaining quota in headers.
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';
import { RateLimited } from '../errors/error-response.js';
import type { ApiRequest } from '../http/api-request.js';
import { OPTIONS, type ApiOptions } from '../tokens.js';
import { TokenBuckets } from './token-bucket.js';

@Injectable()
export class LimitsGuard implements CanActivate {
  readonly #buckets = new TokenBuckets();

  constructor(@Inject(OPTIONS) private readonly options: ApiOptions) {}

  canActivate(context: ExecutionContext): boolean {
    const { caller } = context.switchToHttp().getRequest<ApiRequest>();
    if (caller === undefined) return true;
    const taken = this.#buckets.take(caller.key, caller.ratePerMinute ?? this.options.ratePerMinute);
    context
      .switchToHttp()
      .getResponse<Response>()
      .set({
        'RateLimit-Limit': String(taken.limit),
        'RateLimit-Remaining': String(taken.remaining),
        'RateLimit-Reset': String(taken.resetSeconds),
      });
    if (!taken.allowed) throw new RateLimited(taken.resetSeconds);
    return true;
  }
}
