// A request as the API knows it beyond HTTP: its id, the endpoint it is for, and who asks.
import type { EndpointName, Scope } from '@portrait/contracts/api';
import type { Request } from 'express';

export interface Caller {
  tenant: string;
  key: string;
  scopes: readonly Scope[];
  ratePerMinute: number | null;
}

export interface Asked extends Request {
  /** Of the log, the answer's header and error bodies. */
  requestId: string;
  endpoint?: EndpointName;
  caller?: Caller;
  /** Code of the error answered. */
  refusedWith?: string;
  /** Id of what was made, for the audit log. */
  made?: string;
}
