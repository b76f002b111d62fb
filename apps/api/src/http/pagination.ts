// Cursor pagination, newest first. A cursor names the last entry of a page, so that new entries do not shift the pages.
import { and, lt, or, eq, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { PortraitError } from '@portrait/contracts';

export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

const invalidCursor = (): PortraitError =>
  new PortraitError('INVALID_ARGUMENT', 'query.cursor: is not a cursor of this list.', {
    hint: 'Use nextCursor of the previous page unchanged, or omit it for the first page.',
  });

function writeCursor(text: string): string {
  return Buffer.from(text).toString('base64url');
}

/** @throws PortraitError INVALID_ARGUMENT */
export function readCursor(cursor: string, kind: 'number' | 'time'): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!(kind === 'number' ? /^\d{1,15}$/ : /^\d{1,14} [\w-]{1,100}$/).test(text)) throw invalidCursor();
  return text;
}

/** @param rows limit + 1 rows when there is a next page */
export function pageOf<R, T>(
  rows: readonly R[],
  limit: number,
  cursorOf: (row: R) => string,
  view: (row: R) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    data: shown.map(view),
    nextCursor: rows.length > limit && last !== undefined ? writeCursor(cursorOf(last)) : null,
  };
}

interface Listed {
  createdAt: Date;
  id: string;
}

export const cursorOf = ({ createdAt, id }: Listed): string => `${createdAt.getTime()} ${id}`;

/** Condition for the rows after the cursor, in a list ordered by time and id, both descending. */
export function afterCursor(
  cursor: string | undefined,
  { createdAt, id }: { createdAt: PgColumn; id: PgColumn },
): SQL | undefined {
  if (cursor === undefined) return undefined;
  const [ms, last] = readCursor(cursor, 'time').split(' ') as [string, string];
  const at = new Date(Number(ms));
  if (Number.isNaN(at.getTime())) throw invalidCursor();
  return or(lt(createdAt, at), and(eq(createdAt, at), lt(id, last)));
}
