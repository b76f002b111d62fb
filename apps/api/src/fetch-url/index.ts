// Fetches addresses given by callers without reaching internal networks.
export type { Allowance } from './address-rules.js';
export { checkUrl } from './check-url.js';
export { guardedRequest, type GuardOptions } from './guarded-request.js';
export { mediaFetcher } from './media-fetcher.js';
