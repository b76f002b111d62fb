// Where the server binaries are. The rules are those of set-up (infra/servers/find.mjs), so that both agree.
import { locateServers as locate, type LocatedServers } from '../../../infra/servers/find.mjs';

export type { LocatedServers };

/** Looks at the configured paths, PATH and the caches; builds nothing. */
export function locateServers(): Promise<LocatedServers> {
  return locate(process.env);
}
