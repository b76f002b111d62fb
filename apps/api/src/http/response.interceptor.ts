// Filters responses through the schema of the endpoint, so that undocumented fields never leave the server.
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { PortraitError } from '@portrait/contracts';
import { map, type Observable } from 'rxjs';
import type { ApiRequest } from './api-request.js';
import { endpointOf } from './route.js';

@Injectable()
export class ResponseInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const found = endpointOf(context);
    const schema = found?.endpoint.answer.schema;
    if (!found || schema === undefined) return next.handle();
    return next.handle().pipe(
      map((answer: unknown) => {
        const parsed = schema.safeParse(answer);
        if (parsed.success) {
          const { id } = (parsed.data ?? {}) as { id?: unknown };
          if (typeof id === 'string') context.switchToHttp().getRequest<ApiRequest>().createdId = id;
          return parsed.data;
        }
        throw new PortraitError(
          'INTERNAL',
          `${found.name} answers what its schema does not allow: ${parsed.error.message}`,
        );
      }),
    );
  }
}
