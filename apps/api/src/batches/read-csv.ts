// Reads the items of a batch from CSV (RFC 4180; comma, semicolon or tab). Rows are counted as a spreadsheet counts them: the header is row 1.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PortraitError, didYouMean } from '@portrait/contracts';
import { batchItemSchema, MOST_ITEMS } from '@portrait/contracts/api';
import { CsvError, parse, type Info } from 'csv-parse';
import { mistakesOf } from '../http/mistakes.js';
import type { PlacedItem } from './placed-item.js';
import { RowMistakes } from './row-mistakes.js';

type Cell = (text: string) => unknown;

const asText: Cell = (text) => text;
const asNumber: Cell = (text) => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text);
const asSource: Cell = (text) =>
  /^https?:\/\//i.test(text) ? { url: text } : /^u_[a-z2-7]{20}$/.test(text) ? { uploadId: text } : text;
const asEyes: Cell = (text) => (/^\d+(\.\d+)?$/.test(text) ? { open: Number(text) } : asSource(text));

/** Column → field of the item and how a cell is read. Columns of one field exclude each other. */
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
/** Characters of one row; a quote that is never closed ends there. */
const LONGEST_ROW = 100_000;
const PIECE = 65_536;

/** @throws PortraitError INVALID_ARGUMENT naming rows and columns */
export async function readCsv(text: string, most = MOST_ITEMS): Promise<PlacedItem[]> {
  const parser = parse({
    bom: true,
    delimiter: delimiterOf(text),
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    info: true,
    max_record_size: LONGEST_ROW,
  });
  const mistakes = new RowMistakes();
  const items: PlacedItem[] = [];
  let header: string[] | null = null;
  const feeding = pipeline(Readable.from(pieces(text)), parser).catch(() => undefined);
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      const row = info.records + info.empty_lines;
      if (header === null) {
        header = readHeader(record);
        continue;
      }
      if (items.length === most)
        throw new PortraitError('INVALID_ARGUMENT', `csv: has more than ${most} items.`, {
          hint: 'Split it into several batches.',
        });
      const item = readRow(header, record, row, mistakes);
      if (item !== null) items.push(item);
    }
  } catch (error) {
    parser.destroy();
    if (error instanceof CsvError) mistakes.add(`row ${rowOf(error)}`, brokenRow(error));
    else throw error;
  } finally {
    await feeding;
  }
  mistakes.throwIfAny();
  if (header === null || items.length === 0)
    throw new PortraitError('INVALID_ARGUMENT', 'csv: has no items.', {
      hint: `A header line, then a line for each item: ${REQUIRED.join(', ')}, ${AUDIO.slice(0, 2).join(' or ')}.`,
    });
  return items;
}

/** Large files in pieces, so that they do not keep other requests waiting. */
function* pieces(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += PIECE) yield text.slice(at, at + PIECE);
}

function delimiterOf(text: string): string {
  const [first = ''] = text.split(/\r?\n/, 1);
  const count = (delimiter: string): number => first.split(delimiter).length;
  return [',', ';', '\t'].reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

function readHeader(names: readonly string[]): string[] {
  const mistakes = new RowMistakes();
  const seen = new Set<string>();
  for (const name of names) {
    if (!Object.hasOwn(COLUMNS, name) && !METADATA.test(name))
      mistakes.add(
        'row 1',
        `there is no column ${JSON.stringify(name)}.${didYouMean(name, Object.keys(COLUMNS)).replace(/\.$/, '')}`,
      );
    if (seen.has(name)) mistakes.add('row 1', `the column ${JSON.stringify(name)} is there twice`);
    seen.add(name);
  }
  for (const name of REQUIRED) if (!seen.has(name)) mistakes.add('row 1', `the column ${name} is missing`);
  if (!AUDIO.some((name) => seen.has(name))) mistakes.add('row 1', `one of the columns ${AUDIO.join(', ')} is missing`);
  mistakes.throwIfAny(`Columns are ${Object.keys(COLUMNS).join(', ')} and metadata.<name>.`);
  return [...names];
}

function readRow(
  header: readonly string[],
  cells: readonly string[],
  row: number,
  mistakes: RowMistakes,
): PlacedItem | null {
  if (cells.length !== header.length) {
    mistakes.add(
      `row ${row}`,
      `has ${cells.length} cell${cells.length === 1 ? '' : 's'}, the header has ${header.length}`,
    );
    return null;
  }
  const values: Record<string, unknown> = {};
  const metadata: Record<string, string> = {};
  /** Column a field was read from. */
  const from: Record<string, string> = {
    id: 'id',
    personId: 'person',
    audio: AUDIO.find((name) => header.includes(name))!,
  };
  const where = (field?: string): string =>
    field === undefined ? `row ${row}` : `row ${row}, column ${from[field.split('.')[0]!] ?? field}`;
  let clear = true;
  cells.forEach((cell, place) => {
    const column = header[place]!;
    const named = METADATA.exec(column)?.[1];
    if (cell === '') return;
    if (named !== undefined) metadata[named] = cell;
    else {
      const { field, read } = COLUMNS[column]!;
      if (field in values) {
        mistakes.add(where(column), `${from[field]} is given too; give one of them`);
        clear = false;
      }
      values[field] = read(cell);
      from[field] = column;
    }
  });
  if (!clear) return null;
  const parsed = batchItemSchema.safeParse({ ...values, ...(Object.keys(metadata).length === 0 ? {} : { metadata }) });
  if (parsed.success) return { item: parsed.data, where };
  for (const issue of parsed.error.issues) {
    const place =
      issue.path[0] === 'metadata' ? `row ${row}, column ${issue.path.join('.')}` : where(String(issue.path[0] ?? ''));
    for (const mistake of mistakesOf([issue], batchItemSchema, ''))
      mistakes.add(place, mistake.replace(/^[^:]*: /, ''));
  }
  return null;
}

// The parser names the line; rows are counted from the header, empty lines included.
const rowOf = ({ records, empty_lines: empty }: CsvError & { records?: number; empty_lines?: number }): number =>
  (records ?? 0) + (empty ?? 0) + 1;

function brokenRow(error: CsvError): string {
  const reasons: Readonly<Record<string, string>> = {
    CSV_QUOTE_NOT_CLOSED: 'a quote that is opened there is never closed',
    CSV_INVALID_CLOSING_QUOTE: 'there is text after a closing quote',
    INVALID_OPENING_QUOTE: 'there is a quote inside a cell that does not begin with one',
    CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE: 'there is text after a closing quote',
    CSV_MAX_RECORD_SIZE: `is longer than ${LONGEST_ROW} characters; is a quote not closed?`,
  };
  return reasons[error.code] ?? error.message;
}
