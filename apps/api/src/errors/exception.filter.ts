// The one place where a failure becomes an answer.
import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Logger } from '@portrait/contracts';
import type { Response } from 'express';
import type { Asked } from '../http/asked.js';
import { verbsOf } from '../http/not-allowed.js';
import { LOG } from '../tokens.js';
import { errorAnswer } from './error-answer.js';

@Catch()
export class AnyExceptionFilter implements ExceptionFilter {
  constructor(@Inject(LOG) private readonly log: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const asked = host.switchToHttp().getRequest<Asked>();
    const response = host.switchToHttp().getResponse<Response>();
    const { status, headers, body, error } = errorAnswer(
      thrown,
      asked.requestId,
      asked.endpoint === undefined ? verbsOf(asked.path) : [],
    );
    asked.refusedWith = error.code;
    if (status >= 500)
      this.log.warn('A request failed', {
        requestId: asked.requestId,
        endpoint: asked.endpoint,
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
