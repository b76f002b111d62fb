// Reads one table of settings from the environment.
import { nearest, PortraitError } from '@portrait/contracts';
import type { z } from 'zod';
import { TOOL_SETTINGS, SERVICE_SETTINGS, SETTINGS, type Setting } from './tables.js';

/**
 * Returns a reader of the settings in `table`. One error names every mistake, including an unknown PORTRAIT_… name that
 * is close to a known one.
 */
export function settingsReader<T extends Readonly<Record<string, Setting>>>(
  table: T,
  env: Readonly<Record<string, string | undefined>>,
): <N extends keyof T>(name: N) => z.output<T[N]['schema']> | undefined {
  const mistakes: string[] = [];
  const values = new Map<string, unknown>();
  for (const [name, { schema, meaning, secret }] of Object.entries(table)) {
    const raw = env[name];
    if (raw === undefined || raw === '') continue;
    const parsed = schema.safeParse(raw);
    if (parsed.success) values.set(name, parsed.data);
    else mistakes.push(`${name}=${secret ? '…' : raw}: ${meaning}`);
  }
  const known = [...Object.keys(SETTINGS), ...Object.keys(SERVICE_SETTINGS), ...TOOL_SETTINGS];
  for (const name of Object.keys(env)) {
    if (!name.startsWith('PORTRAIT_') || known.includes(name)) continue;
    const near = nearest(name, known);
    if (near !== undefined && env[near] === undefined) mistakes.push(`${name} is unknown; did you mean ${near}?`);
  }
  if (mistakes.length > 0) {
    const subject =
      mistakes.length === 1 ? 'An environment variable is' : `${mistakes.length} environment variables are`;
    throw new PortraitError('INVALID_ARGUMENT', `${subject} invalid:\n  ${mistakes.join('\n  ')}`, {
      hint: 'Correct or unset these variables; docs/cli.md lists all of them.',
    });
  }
  return (name) => values.get(name as string) as never;
}
