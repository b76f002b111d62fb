// The type of an endpoint. The server routes, openapi.json and the typed client derive from endpoint data.
import type { z } from 'zod';
import type { ErrorCode } from '../errors.js';
import type { Scope } from './access.js';

/** A streamed file response, which may be too large for memory. */
export interface AnswerFile {
  readonly contentType: string;
  readonly schema: z.ZodType;
}

export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With `{name}` for parameters; actions end in `:verb`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** One of these scopes, or admin, is required; null: no key is needed. */
  readonly scopes: readonly Scope[] | null;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly answer: {
    readonly status: 200 | 201 | 202 | 204;
    readonly schema?: z.ZodType;
    readonly stream?: z.ZodType;
    readonly file?: AnswerFile;
  };
  /** Error codes in addition to the common ones. */
  readonly errors?: readonly ErrorCode[];
  /** Supports Idempotency-Key. */
  readonly idempotent?: true;
  /** Recorded in the audit log; default: every method except GET. */
  readonly audited?: boolean;
}

/** Parameter names of a path. */
export type PathParams<P extends string> = P extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathParams<Rest>
  : never;

export interface RequestOf<E extends Endpoint> {
  params: Record<PathParams<E['path']>, string>;
  query: E['query'] extends z.ZodType ? z.output<E['query']> : Record<never, never>;
  body: E['body'] extends z.ZodType ? z.output<E['body']> : undefined;
}
export type ResponseOf<E extends Endpoint> = E['answer'] extends { schema: infer S extends z.ZodType }
  ? z.input<S>
  : void;

export const pathParams = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
