// One spelling for every JSON value, so that equal values have equal hashes. Keys sorted, no spaces, no undefined.
import { PortraitError } from './errors.js';

export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value))
      throw new PortraitError('INVALID_ARGUMENT', `A parameter is ${value}; only finite numbers can be recorded.`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((v) => canonicalJson(v ?? null)).join(',')}]`;
  if (typeof value === 'object') {
    const entries = Object.entries(value as Record<string, unknown>)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(',')}}`;
  }
  throw new PortraitError('INVALID_ARGUMENT', `A value of type ${typeof value} cannot be recorded as JSON.`);
}
