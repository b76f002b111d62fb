// Tells a known path with another verb (405, with the verbs there are) from a path that does not exist (404).
import { ENDPOINTS, type Endpoint } from '@portrait/contracts/api';

const patterns = new Map<string, { pattern: RegExp; verbs: Set<string> }>();
for (const { path, method } of Object.values(ENDPOINTS) as Endpoint[]) {
  const entry = patterns.get(path) ?? {
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/:]+')}/?$`),
    verbs: new Set(),
  };
  entry.verbs.add(method);
  if (method === 'GET') entry.verbs.add('HEAD');
  patterns.set(path, entry);
}

/** Verbs of the path; empty when there is no such path. */
export function verbsOf(path: string): string[] {
  return [
    ...new Set([...patterns.values()].flatMap(({ pattern, verbs }) => (pattern.test(path) ? [...verbs] : []))),
  ].sort();
}
