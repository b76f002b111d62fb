// The items of a batch as the user keeps them, CSV or JSON, made into what the API takes: people by name become ids, speech on this
// machine (`audio_file`, or `audio: { file }`) becomes uploads. Everything else goes through as it is: the API checks it and names row and column.
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

/** Items, or a whole request with them. */
type Given = Pick<
  BatchRequest,
  'csv' | 'items' | 'defaults' | 'name' | 'window' | 'priority' | 'concurrency' | 'metadata' | 'callbackUrl'
>;

export interface ItemFile {
  /** Looks at everything that can be wrong here before anything is sent. @throws PortraitError naming every mistake by its place */
  check(): Promise<void>;
  /** Sends the speech. */
  request(): Promise<Given>;
}

/** @throws PortraitError */
export async function readItemFile(file: string, tools: ItemTools): Promise<ItemFile> {
  const path = await requireInputFile(file, 'list of items');
  const text = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  const read = extname(path).toLowerCase() === '.json' ? jsonItems : csvItems;
  return read(file, text, tools, dirname(path));
}

/** Someone or something an item names, with where it is told of. */
interface Place {
  where: string;
  person: string;
  speech: string | undefined;
  put(personId: string, uploadId: string | undefined): void;
}

function placed(file: string, folder: string, places: readonly Place[], tools: ItemTools, done: () => Given): ItemFile {
  const ids = new Map<string, string>();
  return {
    async check() {
      const mistakes = new ItemMistakes();
      for (const { where, person, speech } of places) {
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
      const sent = new Map<string, string>();
      for (const { person, speech, put } of places) {
        const id = ids.get(person);
        if (id === undefined) continue;
        const path = speech === undefined ? undefined : resolve(folder, speech);
        const name = `${id} ${path}`;
        if (path !== undefined && !sent.has(name)) sent.set(name, await tools.send(path, id));
        put(id, sent.get(name));
      }
      return done();
    },
  };
}

type Item = { person?: unknown; personId?: unknown; audio?: unknown; [field: string]: unknown };

function jsonItems(file: string, text: string, tools: ItemTools, folder: string): ItemFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PortraitError('INVALID_ARGUMENT', `${file} cannot be read as JSON: ${(error as Error).message}`, {
      cause: error,
      hint: 'It is a list of items, or a batch with "items" as POST /v1/batches takes it.',
    });
  }
  const batch = (Array.isArray(value) ? { items: value as unknown } : value) as { items?: unknown } | null;
  if (batch === null || typeof batch !== 'object' || !Array.isArray(batch.items))
    throw new PortraitError('INVALID_ARGUMENT', `${file} holds no items.`, {
      hint: 'It is a list of items, or a batch with "items" as POST /v1/batches takes it.',
    });
  const items = structuredClone(batch.items) as Item[];
  const places = items.flatMap((item, index): Place[] => {
    if (item === null || typeof item !== 'object') return [];
    const person = item.person ?? item.personId;
    const speech = (item.audio as { file?: unknown } | null | undefined)?.file;
    if (typeof person !== 'string') return [];
    return [
      {
        where: `item ${index + 1}`,
        person,
        speech: typeof speech === 'string' ? speech : undefined,
        put(personId, uploadId) {
          delete item.person;
          item.personId = personId;
          if (uploadId !== undefined) item.audio = { uploadId };
        },
      },
    ];
  });
  return placed(file, folder, places, tools, () => ({
    ...(batch as Given),
    items: items as NonNullable<BatchRequest['items']>,
  }));
}

const COLUMN = 'audio_file';

function csvItems(file: string, text: string, tools: ItemTools, folder: string): ItemFile {
  const delimiter = delimiterOf(text);
  let rows: string[][];
  try {
    // Rows stay where they are, empty ones too: the API counts them as a spreadsheet does.
    rows = parseCsv(text, { delimiter, relax_column_count: true, trim: true });
  } catch (error) {
    throw new PortraitError('INVALID_ARGUMENT', `${file} cannot be read as CSV: ${(error as Error).message}`, {
      cause: error,
      hint: 'A header line, then a line for each item; is a quote not closed?',
    });
  }
  const [header = []] = rows;
  const [personAt, fileAt] = [header.indexOf('person'), header.indexOf(COLUMN)];
  if (fileAt >= 0 && header.includes('upload_id'))
    throw new PortraitError('INVALID_ARGUMENT', `${file}: give one of the columns ${COLUMN} and upload_id.`);
  if (fileAt >= 0) header[fileAt] = 'upload_id';
  const places = rows.slice(1).flatMap((cells, index): Place[] => {
    const [person, speech] = [cells[personAt], cells[fileAt]];
    if (person === undefined || person === '') return [];
    return [
      {
        where: `row ${index + 2}`,
        person,
        speech: speech === undefined || speech === '' ? undefined : speech,
        put(personId, uploadId) {
          cells[personAt] = personId;
          if (uploadId !== undefined) cells[fileAt] = uploadId;
        },
      },
    ];
  });
  return placed(file, folder, places, tools, () => ({
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
