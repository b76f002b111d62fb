// Binds controller methods to the endpoint table, which holds method, path and status.
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
  type ResponseOf as EndpointResponse,
  type Endpoint,
  type EndpointName,
  type RequestOf as EndpointRequest,
} from '@portrait/contracts/api';
import type { ApiRequest, Caller } from './api-request.js';
import { readRequest } from './read-request.js';

export type RequestOf<N extends EndpointName> = EndpointRequest<(typeof ENDPOINTS)[N]>;
export type ResponseOf<N extends EndpointName> = EndpointResponse<(typeof ENDPOINTS)[N]>;

const ROUTE = 'portrait:route';
const VERBS = { GET: Get, POST: Post, PATCH: Patch, DELETE: Delete } as const;

/** Converts `/v1/people/{id}:cancel` to the Express syntax `/v1/people/:id\:cancel`. */
export const expressPath = (path: string): string => path.replaceAll(':', '\\:').replace(/\{(\w+)\}/g, ':$1');

export function Route(name: EndpointName): MethodDecorator {
  const { method, path, answer }: Endpoint = ENDPOINTS[name];
  return applyDecorators(VERBS[method](expressPath(path)), HttpCode(answer.status), SetMetadata(ROUTE, name));
}

export function endpointOf(context: ExecutionContext): { name: EndpointName; endpoint: Endpoint } | null {
  const name = Reflect.getMetadata(ROUTE, context.getHandler()) as EndpointName | undefined;
  return name === undefined ? null : { name, endpoint: ENDPOINTS[name] };
}

/** Injects path, query and body, validated against the schemas of the endpoint. */
export const Input = createParamDecorator((_: unknown, context: ExecutionContext) =>
  readRequest(endpointOf(context)!.endpoint, context.switchToHttp().getRequest<ApiRequest>()),
);

/** Injects the authenticated caller. */
export const CurrentCaller = createParamDecorator(
  (_: unknown, context: ExecutionContext): Caller => context.switchToHttp().getRequest<ApiRequest>().caller!,
);
