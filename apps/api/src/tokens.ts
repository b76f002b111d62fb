// Names under which Nest hands out what is no class of ours: the ports of the API and its settings.
import type { ArtifactRef, ArtifactKind } from '@portrait/contracts';

export const DATABASE = Symbol('Database');
export const ENGINE = Symbol('WorkEngine');
export const STORE = Symbol('RemoteArtifactStore');
/** The same bucket with keys that may delete everything: for what must go, and for nothing else. */
export const ERASER = Symbol('RemoteArtifactStore that erases');
export const STAGES_REGISTRY = Symbol('Registry');
export const LOG = Symbol('Logger');
export const OPTIONS = Symbol('ApiOptions');
export const FETCHER = Symbol('MediaFetcher');
export const METRICS = Symbol('ApiMetrics');
export const CHECKS = Symbol('Checks');
/** What the operator allows addresses of callers to lead to: GuardOptions. */
export const GUARD = Symbol('Guard');

/** Brings what lies at an address of a caller into the store. */
export interface MediaFetcher {
  /** @throws PortraitError INVALID_ARGUMENT for an address that is refused, INPUT_UNREADABLE for what is no media */
  fetch<K extends ArtifactKind>(request: {
    url: string;
    person: string;
    kind: K;
    name: string;
    mostBytes: number;
    signal: AbortSignal;
  }): Promise<ArtifactRef<K>>;
}

export interface ApiOptions {
  /** Life of links to artifacts, seconds. */
  linkSeconds: number;
  /** Requests a minute of a key that says nothing else. */
  ratePerMinute: number;
  /** Least time between two looks at running work, and at new events, ms. */
  lookMs: number;
  /** Time between two looks for work that was accepted and not started yet, ms. */
  intakeMs: number;
  /** Time between two looks for webhook deliveries that are due, ms. */
  deliverMs: number;
  /** A stage without a sign of life for so long is given to another worker, seconds. */
  heartbeatSeconds: number;
}

export const DEFAULT_OPTIONS: ApiOptions = {
  linkSeconds: 900,
  ratePerMinute: 1200,
  lookMs: 1000,
  intakeMs: 10_000,
  deliverMs: 2000,
  heartbeatSeconds: 60,
};

/** What must be fine for the API to serve: name → null, or why not. */
export type Checks = Readonly<Record<string, () => Promise<string | null>>>;

export const FIRST_BYTES = Symbol('FirstBytes');

/** The first bytes of a file of an artifact, for telling what it is. */
export type FirstBytes = (
  file: { person: string; ref: ArtifactRef; name: string },
  bytes: number,
) => Promise<Uint8Array>;
