// The Express request with the fields the API adds.
import type { EndpointName, Scope } from '@portrait/contracts/api';
import type { Request } from 'express';

export interface Caller {
  tenant: string;
  key: string;
  scopes: readonly Scope[];
  ratePerMinute: number | null;
}

export interface ApiRequest extends Request {
  /** Appears in the log, the response header and error bodies. */
  requestId: string;
  endpoint?: EndpointName;
  caller?: Caller;
  /** Code of the error response. */
  errorCode?: string;
  /** Id of the created resource, for the audit log. */
  createdId?: string;
}
