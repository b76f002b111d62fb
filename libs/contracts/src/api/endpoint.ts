// What an endpoint of the API is, as data: the server binds to it, the OpenAPI description and the typed client are made from it.
import type { z } from 'zod';
import type { ErrorCode } from '../errors.js';
import type { Scope } from './access.js';

/** An answer that is written piece by piece, as it may be too long to be held. */
export interface AnswerFile {
  readonly contentType: string;
  readonly schema: z.ZodType;
}

export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With `{id}` for parameters; an action on a resource ends in `:verb`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** A key with one of these scopes may call it (admin always may); null: no key is needed. */
  readonly scopes: readonly Scope[] | null;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly answer: {
    readonly status: 200 | 201 | 202 | 204;
    readonly schema?: z.ZodType;
    readonly stream?: z.ZodType;
    readonly file?: AnswerFile;
  };
  /** Codes beyond those of every endpoint. */
  readonly errors?: readonly ErrorCode[];
  /** Answers a repeated Idempotency-Key with the first answer. */
  readonly idempotent?: true;
  /** Kept in the audit log; default: whatever is not GET. */
  readonly audited?: boolean;
}

/** Names in `{braces}` of a path. */
export type PathParams<P extends string> = P extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathParams<Rest>
  : never;

export interface Given<E extends Endpoint> {
  params: Record<PathParams<E['path']>, string>;
  query: E['query'] extends z.ZodType ? z.output<E['query']> : Record<never, never>;
  body: E['body'] extends z.ZodType ? z.output<E['body']> : undefined;
}
export type Answer<E extends Endpoint> = E['answer'] extends { schema: infer S extends z.ZodType } ? z.input<S> : void;

export const pathParams = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
