export type ServerName = 'temporal' | 'minio';
export interface LocatedServers {
  temporal: string | null;
  minio: string | null;
  /** For each server that is not there, a clause that completes "not supported, because …". */
  reasons: Record<string, string>;
}
export function locateServers(env?: Readonly<Record<string, string | undefined>>): Promise<LocatedServers>;
