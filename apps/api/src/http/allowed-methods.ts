// Distinguishes a known path with the wrong method (405) from an unknown path (404).
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

/** Methods of the path; empty when the path does not exist. */
export function allowedMethods(path: string): string[] {
  return [
    ...new Set([...patterns.values()].flatMap(({ pattern, verbs }) => (pattern.test(path) ? [...verbs] : []))),
  ].sort();
}
