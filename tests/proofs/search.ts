// Searches everything that a system stores for given words: workflow histories with their payloads, rows of the
// database, bytes of the bucket.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '@portrait/api';
import { readServiceSettings } from '@portrait/config';
import { connectClient } from '@portrait/service-kit';

const decoder = new TextDecoder();

/** All text of a message, bytes of payloads decoded. */
export function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return decoder.decode(value);
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([name, inner]) => `${name}=${textOf(inner)}`)
      .join('\n');
  return String(value);
}

const found = (text: string, words: readonly string[]): string[] => words.filter((word) => text.includes(word));

/** @returns which workflow holds which word */
export async function searchHistories(
  env: Readonly<Record<string, string>>,
  words: readonly string[],
): Promise<string[]> {
  const client = await connectClient(readServiceSettings(env).temporal);
  const places: string[] = [];
  try {
    for await (const { workflowId, runId } of client.workflow.list()) {
      const text = workflowId + textOf(await client.workflow.getHandle(workflowId, runId).fetchHistory());
      places.push(...found(text, words).map((word) => `${workflowId}: ${word}`));
    }
  } finally {
    await client.connection.close();
  }
  return places;
}

/** Of a system that has ended: its database is open to one process at a time. @returns which table holds which word */
export async function searchDatabase(directory: string, words: readonly string[]): Promise<string[]> {
  await using database = await openDatabase(directory);
  const places: string[] = [];
  const texts = async (query: string): Promise<string[]> =>
    ((await database.db.execute(query)) as { rows: { text: string }[] }).rows.map(({ text }) => text);
  for (const table of await texts(
    "SELECT table_name AS text FROM information_schema.tables WHERE table_schema = 'public'",
  )) {
    const text = (await texts(`SELECT t::text AS text FROM "${table}" t`)).join('\n');
    places.push(...found(text, words).map((word) => `${table}: ${word}`));
  }
  return places;
}

/** Names and bytes of the files below a folder. @returns which file holds which word */
export async function searchFiles(folder: string, words: readonly string[]): Promise<string[]> {
  const places: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const text = entry.isFile() ? path + (await readFile(path, 'latin1')) : path;
    places.push(...found(text, words).map((word) => `${path}: ${word}`));
  }
  return places;
}
