// Binds a method of a controller to an endpoint of the table: verb, path, status. Nothing about a route is said a second time.
import {
  createParamDecorator,
  Delete,
  Get,
  HttpCode,
  Patch,
  Post,
  SetMetadata,
  applyDecorators,
  type ExecutionContext,
} from '@nestjs/common';
import {
  ENDPOINTS,
  type Answer as AnswerTo,
  type Endpoint,
  type EndpointName,
  type Given as GivenTo,
} from '@portrait/contracts/api';
import type { Asked, Caller } from './asked.js';
import { readGiven } from './given.js';

export type Ask<N extends EndpointName> = GivenTo<(typeof ENDPOINTS)[N]>;
export type Reply<N extends EndpointName> = AnswerTo<(typeof ENDPOINTS)[N]>;

const ROUTE = 'portrait:route';
const VERBS = { GET: Get, POST: Post, PATCH: Patch, DELETE: Delete } as const;

/** `/v1/people/{id}:cancel` → `/v1/people/:id\:cancel`, as Express writes it. */
export const expressPath = (path: string): string => path.replaceAll(':', '\\:').replace(/\{(\w+)\}/g, ':$1');

export function Route(name: EndpointName): MethodDecorator {
  const { method, path, answer }: Endpoint = ENDPOINTS[name];
  return applyDecorators(VERBS[method](expressPath(path)), HttpCode(answer.status), SetMetadata(ROUTE, name));
}

export function endpointOf(context: ExecutionContext): { name: EndpointName; endpoint: Endpoint } | null {
  const name = Reflect.getMetadata(ROUTE, context.getHandler()) as EndpointName | undefined;
  return name === undefined ? null : { name, endpoint: ENDPOINTS[name] };
}

/** What was asked, checked against the schemas of the endpoint. */
export const Given = createParamDecorator((_: unknown, context: ExecutionContext) =>
  readGiven(endpointOf(context)!.endpoint, context.switchToHttp().getRequest<Asked>()),
);

/** Who asks. */
export const By = createParamDecorator(
  (_: unknown, context: ExecutionContext): Caller => context.switchToHttp().getRequest<Asked>().caller!,
);
