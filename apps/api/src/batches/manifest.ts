// Writes the manifest of a batch as a stream, in JSON or CSV (RFC 4180). A batch may have 100,000 items, so it is never
// held in memory.
import type { BatchView, ManifestEntry } from '@portrait/contracts/api';

const COLUMNS: readonly (keyof ManifestEntry)[] = [
  'id',
  'personId',
  'status',
  'attempt',
  'url',
  'urlExpiresAt',
  'name',
  'bytes',
  'sha256',
  'seconds',
  'coreSeconds',
  'errorCode',
  'errorMessage',
];

/** Spreadsheets run cells that start like this as formulas. */
const FORMULA = /^[=+\-@\t\r]/;

/** Formats one cell. Text that would run as a formula gets a leading apostrophe, which spreadsheets hide. */
export function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const csvLine = (cells: readonly (string | number | null)[]): string => `${cells.map(csvCell).join(',')}\r\n`;
const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export async function* manifestCsv(entries: AsyncIterable<ManifestEntry>): AsyncGenerator<string> {
  yield csvLine(COLUMNS.map(snakeCase));
  for await (const entry of entries) yield csvLine(COLUMNS.map((column) => entry[column]));
}

/** Writes `{ batch, items: […] }`, one item per line. */
export async function* manifestJson(batch: BatchView, entries: AsyncIterable<ManifestEntry>): AsyncGenerator<string> {
  let before = `{"batch":${JSON.stringify(batch)},"items":[`;
  for await (const entry of entries) {
    yield `${before}\n${JSON.stringify(entry)}`;
    before = ',';
  }
  yield before === ',' ? '\n]}\n' : `${before}]}\n`;
}
