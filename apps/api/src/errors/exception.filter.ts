// Converts every exception to an error response, and logs server errors.
import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Logger } from '@portrait/contracts';
import type { Response } from 'express';
import type { ApiRequest } from '../http/api-request.js';
import { allowedMethods } from '../http/allowed-methods.js';
import { LOG } from '../tokens.js';
import { errorResponse } from './error-response.js';

@Catch()
export class AnyExceptionFilter implements ExceptionFilter {
  constructor(@Inject(LOG) private readonly log: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<ApiRequest>();
    const response = host.switchToHttp().getResponse<Response>();
    const { status, headers, body, error } = errorResponse(
      thrown,
      request.requestId,
      request.endpoint === undefined ? allowedMethods(request.path) : [],
    );
    request.errorCode = error.code;
    if (status >= 500)
      this.log.warn('Request failed', {
        requestId: request.requestId,
        endpoint: request.endpoint,
        ...error.toJSON(),
        stack: error.stack,
        cause: error.cause instanceof Error ? error.cause.stack : undefined,
      });
    if (response.headersSent) {
      response.end();
      return;
    }
    response.status(status).set(headers).json(body);
  }
}
