// Reads batch items from CSV (RFC 4180; comma, semicolon or tab). Row numbers match a spreadsheet: the header is row 1.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { didYouMean, PortraitError } from '@portrait/contracts';
import { batchItemSchema, MAX_ITEMS } from '@portrait/contracts/api';
import { CsvError, parse, type Info } from 'csv-parse';
import { describeIssues } from '../http/schema-issues.js';
import type { LocatedItem } from './located-item.js';
import { ItemErrors } from './item-errors.js';

type Cell = (text: string) => unknown;

const asText: Cell = (text) => text;
const asNumber: Cell = (text) => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text);
const asSource: Cell = (text) =>
  /^https?:\/\//i.test(text) ? { url: text } : /^u_[a-z2-7]{20}$/.test(text) ? { uploadId: text } : text;
const asEyes: Cell = (text) => (/^\d+(\.\d+)?$/.test(text) ? { open: Number(text) } : asSource(text));

/** Target field and parser of each column. Columns of the same field exclude each other. */
const COLUMNS: Readonly<Record<string, { field: string; read: Cell }>> = {
  id: { field: 'id', read: asText },
  person: { field: 'personId', read: asText },
  audio_url: { field: 'audio', read: (text) => ({ url: text }) },
  upload_id: { field: 'audio', read: (text) => ({ uploadId: text }) },
  audio: { field: 'audio', read: asText },
  pose: { field: 'pose', read: asSource },
  eyes: { field: 'eyes', read: asEyes },
  background: { field: 'background', read: asSource },
  container: { field: 'container', read: asText },
  seed: { field: 'seed', read: asNumber },
  shards: { field: 'shards', read: asNumber },
  priority: { field: 'priority', read: asNumber },
};
const REQUIRED = ['id', 'person'];
const AUDIO = ['audio_url', 'upload_id', 'audio'];
const METADATA = /^metadata\.(.+)$/;
/** Bounds a row, and with it a quote that is never closed. */
const MAX_ROW_CHARACTERS = 100_000;
const CHUNK_CHARACTERS = 65_536;

/** @throws PortraitError INVALID_ARGUMENT naming rows and columns */
export async function readCsv(text: string, maxItems = MAX_ITEMS): Promise<LocatedItem[]> {
  const parser = parse({
    bom: true,
    delimiter: delimiterOf(text),
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    info: true,
    max_record_size: MAX_ROW_CHARACTERS,
  });
  const errors = new ItemErrors();
  const items: LocatedItem[] = [];
  let header: string[] | null = null;
  const feeding = pipeline(Readable.from(chunks(text)), parser).catch(() => undefined);
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      const row = info.records + info.empty_lines;
      if (header === null) {
        header = readHeader(record);
        continue;
      }
      if (items.length === maxItems)
        throw new PortraitError('INVALID_ARGUMENT', `csv: has more than ${maxItems} items.`, {
          hint: 'Split it into several batches.',
        });
      const item = readRow(header, record, row, errors);
      if (item !== null) items.push(item);
    }
  } catch (error) {
    parser.destroy();
    if (error instanceof CsvError) errors.add(`row ${rowOf(error)}`, brokenRow(error));
    else throw error;
  } finally {
    await feeding;
  }
  errors.throwIfAny();
  if (header === null || items.length === 0)
    throw new PortraitError('INVALID_ARGUMENT', 'csv: has no items.', {
      hint: `Send a header line, then one line per item: ${REQUIRED.join(', ')}, ${AUDIO.slice(0, 2).join(' or ')}.`,
    });
  return items;
}

/** Splits the text, so that parsing a large file yields to the event loop. */
function* chunks(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += CHUNK_CHARACTERS) yield text.slice(at, at + CHUNK_CHARACTERS);
}

function delimiterOf(text: string): string {
  const [first = ''] = text.split(/\r?\n/, 1);
  const count = (delimiter: string): number => first.split(delimiter).length;
  return [',', ';', '\t'].reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

function readHeader(names: readonly string[]): string[] {
  const errors = new ItemErrors();
  const seen = new Set<string>();
  for (const name of names) {
    if (!Object.hasOwn(COLUMNS, name) && !METADATA.test(name))
      errors.add(
        'row 1',
        `there is no column ${JSON.stringify(name)}.${didYouMean(name, Object.keys(COLUMNS)).replace(/\.$/, '')}`,
      );
    if (seen.has(name)) errors.add('row 1', `the column ${JSON.stringify(name)} appears twice`);
    seen.add(name);
  }
  for (const name of REQUIRED) if (!seen.has(name)) errors.add('row 1', `the column ${name} is missing`);
  if (!AUDIO.some((name) => seen.has(name))) errors.add('row 1', `one of the columns ${AUDIO.join(', ')} is missing`);
  errors.throwIfAny(`Columns are ${Object.keys(COLUMNS).join(', ')} and metadata.<name>.`);
  return [...names];
}

function readRow(
  header: readonly string[],
  cells: readonly string[],
  row: number,
  errors: ItemErrors,
): LocatedItem | null {
  if (cells.length !== header.length) {
    errors.add(
      `row ${row}`,
      `has ${cells.length} cell${cells.length === 1 ? '' : 's'}, the header has ${header.length}`,
    );
    return null;
  }
  const values: Record<string, unknown> = {};
  const metadata: Record<string, string> = {};
  /** Column each field was read from. */
  const from: Record<string, string> = {
    id: 'id',
    personId: 'person',
    audio: AUDIO.find((name) => header.includes(name))!,
  };
  const where = (field?: string): string =>
    field === undefined ? `row ${row}` : `row ${row}, column ${from[field.split('.')[0]!] ?? field}`;
  let valid = true;
  cells.forEach((cell, place) => {
    const column = header[place]!;
    const named = METADATA.exec(column)?.[1];
    if (cell === '') return;
    if (named !== undefined) metadata[named] = cell;
    else {
      const { field, read } = COLUMNS[column]!;
      if (field in values) {
        errors.add(where(column), `${from[field]} is also given; give one of them`);
        valid = false;
      }
      values[field] = read(cell);
      from[field] = column;
    }
  });
  if (!valid) return null;
  const parsed = batchItemSchema.safeParse({ ...values, ...(Object.keys(metadata).length === 0 ? {} : { metadata }) });
  if (parsed.success) return { item: parsed.data, where };
  for (const issue of parsed.error.issues) {
    const place =
      issue.path[0] === 'metadata' ? `row ${row}, column ${issue.path.join('.')}` : where(String(issue.path[0] ?? ''));
    for (const mistake of describeIssues([issue], batchItemSchema, ''))
      errors.add(place, mistake.replace(/^[^:]*: /, ''));
  }
  return null;
}

// Row of the error in the file, counting empty lines.
const rowOf = ({ records, empty_lines: empty }: CsvError & { records?: number; empty_lines?: number }): number =>
  (records ?? 0) + (empty ?? 0) + 1;

function brokenRow(error: CsvError): string {
  const reasons: Readonly<Record<string, string>> = {
    CSV_QUOTE_NOT_CLOSED: 'a quote is never closed',
    CSV_INVALID_CLOSING_QUOTE: 'text follows a closing quote',
    INVALID_OPENING_QUOTE: 'an unquoted cell contains a quote',
    CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE: 'text follows a closing quote',
    CSV_MAX_RECORD_SIZE: `is longer than ${MAX_ROW_CHARACTERS} characters; check for an unclosed quote`,
  };
  return reasons[error.code] ?? error.message;
}
