// Converts the user's item file (CSV or JSON) into a batch request: names of people become ids, local speech files
// (`audio_file`, or `audio: { file }`) become uploads. The API checks everything else and reports row and column.
import { readFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import type { operations } from '@portrait/api-client';
import { PortraitError } from '@portrait/contracts';
import { requireInputFile } from '../portrait/input-checks.js';
import { ItemMistakes } from './item-mistakes.js';

export type BatchRequest = operations['createBatch']['requestBody']['content']['application/json'];

export interface ItemTools {
  /** Id of a person. @throws PortraitError */
  person(name: string): Promise<string>;
  /** Id of the upload of a file. */
  send(path: string, personId: string): Promise<string>;
}

/** The part of a batch request that an item file may contain. */
type ItemRequest = Pick<
  BatchRequest,
  'csv' | 'items' | 'defaults' | 'name' | 'window' | 'priority' | 'concurrency' | 'metadata' | 'callbackUrl'
>;

interface ItemFile {
  /** Checks all people and files before any upload. @throws PortraitError that lists every mistake with its place */
  check(): Promise<void>;
  /** Uploads the speech files and returns the request. */
  request(): Promise<ItemRequest>;
}

/** @throws PortraitError */
export async function readItemFile(file: string, tools: ItemTools): Promise<ItemFile> {
  const path = await requireInputFile(file, 'list of items');
  const text = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  const read = extname(path).toLowerCase() === '.json' ? jsonItems : csvItems;
  return read(file, text, tools, dirname(path));
}

/** Person and speech of one item, with its place in the file. */
interface ItemReference {
  where: string;
  person: string;
  speech: string | undefined;
  /** Writes the resolved ids back into the item. */
  resolve(personId: string, uploadId: string | undefined): void;
}

function createItemFile(
  file: string,
  folder: string,
  references: readonly ItemReference[],
  tools: ItemTools,
  build: () => ItemRequest,
): ItemFile {
  const ids = new Map<string, string>();
  return {
    async check() {
      const mistakes = new ItemMistakes();
      for (const { where, person, speech } of references) {
        try {
          if (person !== '' && !ids.has(person)) ids.set(person, await tools.person(person));
        } catch (error) {
          if (!(error instanceof PortraitError) || !['NOT_FOUND', 'INVALID_ARGUMENT'].includes(error.code)) throw error;
          mistakes.add(where, error.message.replace(/\.$/, ''), error.code);
        }
        if (speech === undefined) continue;
        await requireInputFile(resolve(folder, speech), 'speech').catch((error: unknown) => {
          if (!(error instanceof PortraitError)) throw error;
          mistakes.add(where, error.message.replace(/\.$/, ''), error.code);
        });
      }
      mistakes.throwIfAny(file);
    },
    async request() {
      const uploads = new Map<string, string>();
      for (const { person, speech, resolve: resolveItem } of references) {
        const id = ids.get(person);
        if (id === undefined) continue;
        const path = speech === undefined ? undefined : resolve(folder, speech);
        const key = `${id} ${path}`;
        if (path !== undefined && !uploads.has(key)) uploads.set(key, await tools.send(path, id));
        resolveItem(id, uploads.get(key));
      }
      return build();
    },
  };
}

type Item = { person?: unknown; personId?: unknown; audio?: unknown; [field: string]: unknown };

function jsonItems(file: string, text: string, tools: ItemTools, folder: string): ItemFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PortraitError('INVALID_ARGUMENT', `${file} is not valid JSON: ${(error as Error).message}`, {
      cause: error,
      hint: 'Give a list of items, or an object with "items" as for POST /v1/batches.',
    });
  }
  const batch = (Array.isArray(value) ? { items: value as unknown } : value) as { items?: unknown } | null;
  if (batch === null || typeof batch !== 'object' || !Array.isArray(batch.items))
    throw new PortraitError('INVALID_ARGUMENT', `${file} contains no items.`, {
      hint: 'Give a list of items, or an object with "items" as for POST /v1/batches.',
    });
  const items = structuredClone(batch.items) as Item[];
  const references = items.flatMap((item, index): ItemReference[] => {
    if (item === null || typeof item !== 'object') return [];
    const person = item.person ?? item.personId;
    const speech = (item.audio as { file?: unknown } | null | undefined)?.file;
    if (typeof person !== 'string') return [];
    return [
      {
        where: `item ${index + 1}`,
        person,
        speech: typeof speech === 'string' ? speech : undefined,
        resolve(personId, uploadId) {
          delete item.person;
          item.personId = personId;
          if (uploadId !== undefined) item.audio = { uploadId };
        },
      },
    ];
  });
  return createItemFile(file, folder, references, tools, () => ({
    ...(batch as ItemRequest),
    items: items as NonNullable<BatchRequest['items']>,
  }));
}

const FILE_COLUMN = 'audio_file';

function csvItems(file: string, text: string, tools: ItemTools, folder: string): ItemFile {
  const delimiter = delimiterOf(text);
  let rows: string[][];
  try {
    // Keeps empty rows: the API numbers rows as a spreadsheet does.
    rows = parseCsv(text, { delimiter, relax_column_count: true, trim: true });
  } catch (error) {
    throw new PortraitError('INVALID_ARGUMENT', `${file} is not valid CSV: ${(error as Error).message}`, {
      cause: error,
      hint: 'Give a header line and one line per item, and check for an unclosed quote.',
    });
  }
  const [header = []] = rows;
  const [personAt, fileAt] = [header.indexOf('person'), header.indexOf(FILE_COLUMN)];
  if (fileAt >= 0 && header.includes('upload_id'))
    throw new PortraitError(
      'INVALID_ARGUMENT',
      `${file}: give either the column ${FILE_COLUMN} or the column upload_id.`,
    );
  if (fileAt >= 0) header[fileAt] = 'upload_id';
  const references = rows.slice(1).flatMap((cells, index): ItemReference[] => {
    const [person, speech] = [cells[personAt], cells[fileAt]];
    if (person === undefined || person === '') return [];
    return [
      {
        where: `row ${index + 2}`,
        person,
        speech: speech === undefined || speech === '' ? undefined : speech,
        resolve(personId, uploadId) {
          cells[personAt] = personId;
          if (uploadId !== undefined) cells[fileAt] = uploadId;
        },
      },
    ];
  });
  return createItemFile(file, folder, references, tools, () => ({
    csv: rows.map((cells) => cells.map((cell) => csvCell(cell, delimiter)).join(delimiter)).join('\r\n'),
  }));
}

const csvCell = (cell: string, delimiter: string): string =>
  cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

function delimiterOf(text: string): string {
  const [first = ''] = text.split(/\r?\n/, 1);
  const count = (delimiter: string): number => first.split(delimiter).length;
  return [',', ';', '\t'].reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}
