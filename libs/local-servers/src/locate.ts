// Locates the server binaries by the rules of the set-up (infra/servers/find.mjs).
import { locateServers as locate, type LocatedServers } from '../../../infra/servers/find.mjs';

/** Searches the configured paths, PATH and the caches; builds nothing. */
export function locateServers(): Promise<LocatedServers> {
  return locate(process.env);
}
