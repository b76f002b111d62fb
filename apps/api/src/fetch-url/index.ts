// Fetching what callers point at, without letting them point inside.
export { checkNetwork, refusedAddress, type Allowance } from './address-rules.js';
export { checkUrl } from './check-url.js';
export { fetchToFile, fetchUrl, type Fetched, type FetchOptions } from './fetch-url.js';
export { guardedRequest, type GuardedRequest, type GuardOptions, type Resolve } from './guarded-request.js';
export { checkMedia, type Head, type WantedMedia } from './media-check.js';
export { mediaFetcher } from './media-fetcher.js';
