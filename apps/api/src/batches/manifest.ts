// The manifest of a batch as a stream of text: one entry for each item, in JSON or in CSV (RFC 4180). Never held whole: a batch may have 100,000 items.
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

/** Spreadsheets run what begins like this as a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** One cell. Text that would be a formula is given an apostrophe in front, which spreadsheets do not show. */
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

/** The text of `{ batch, items: […] }`, one item a line. */
export async function* manifestJson(batch: BatchView, entries: AsyncIterable<ManifestEntry>): AsyncGenerator<string> {
  let before = `{"batch":${JSON.stringify(batch)},"items":[`;
  for await (const entry of entries) {
    yield `${before}\n${JSON.stringify(entry)}`;
    before = ',';
  }
  yield before === ',' ? '\n]}\n' : `${before}]}\n`;
}
