// Injection tokens and interfaces of the API's dependencies and settings.
import type { ArtifactRef, ArtifactKind } from '@portrait/contracts';

export const DATABASE = Symbol('Database');
export const ENGINE = Symbol('WorkEngine');
export const STORE = Symbol('RemoteArtifactStore');
/** The same bucket, opened with credentials that may delete everything. For deletion only. */
export const ERASER = Symbol('RemoteArtifactStore that erases');
export const STAGES_REGISTRY = Symbol('Registry');
export const LOG = Symbol('Logger');
export const OPTIONS = Symbol('ApiOptions');
export const FETCHER = Symbol('MediaFetcher');
export const METRICS = Symbol('ApiMetrics');
export const CHECKS = Symbol('Checks');
/** GuardOptions: networks and ports that callers' addresses may use beyond the public internet. */
export const GUARD = Symbol('Guard');

/** Fetches media from an address given by a caller. */
export interface MediaFetcher {
  /** @throws PortraitError INVALID_ARGUMENT for a refused address, INPUT_UNREADABLE for content that is not media */
  fetch<K extends ArtifactKind>(request: {
    url: string;
    person: string;
    kind: K;
    name: string;
    maxBytes: number;
    signal: AbortSignal;
  }): Promise<ArtifactRef<K>>;
}

export interface ApiOptions {
  /** Lifetime of artifact links. */
  linkSeconds: number;
  /** Default rate limit of a key. */
  ratePerMinute: number;
  /** Minimum interval between queries of running work, and between polls for new events. */
  refreshMs: number;
  /** Interval between sweeps for accepted work that has not started. */
  intakeMs: number;
  /** Interval between polls for due webhook deliveries. */
  deliverMs: number;
  /** A stage without a heartbeat for this long is moved to another worker. */
  heartbeatSeconds: number;
}

export const DEFAULT_OPTIONS: ApiOptions = {
  linkSeconds: 900,
  ratePerMinute: 1200,
  refreshMs: 1000,
  intakeMs: 10_000,
  deliverMs: 2000,
  heartbeatSeconds: 60,
};

/** Readiness checks by name; null means healthy, a text says what is wrong. */
export type Checks = Readonly<Record<string, () => Promise<string | null>>>;

export const FIRST_BYTES = Symbol('FirstBytes');

/** Reads the first bytes of a file, to detect its type. */
export type FirstBytes = (
  file: { person: string; ref: ArtifactRef; name: string },
  bytes: number,
) => Promise<Uint8Array>;
