// Checks the sources of all batch items in a few queries: uploads must exist and fit, addresses must be allowed.
import type { ArtifactKind } from '@portrait/contracts';
import { PortraitError } from '@portrait/contracts';
import type { MediaSource, VideoRequest } from '@portrait/contracts/api';
import { and, eq, sql } from 'drizzle-orm';
import type { Queries } from '../database/open-database.js';
import { uploads } from '../database/schema.js';
import { checkUrl, type Allowance } from '../fetch-url/index.js';
import { yielding } from './yielding.js';
import type { LocatedItem } from './located-item.js';
import type { ItemErrors } from './item-errors.js';

/** Request fields that may name a source, and the artifact kind of each. */
const SOURCE_FIELDS = {
  audio: 'speech',
  pose: 'track',
  eyes: 'track',
  background: 'background-media',
} as const satisfies Record<string, ArtifactKind>;
type SourceField = keyof typeof SOURCE_FIELDS;
export const SOURCE_NAMES = Object.keys(SOURCE_FIELDS) as readonly SourceField[];

export function sourceOf(choice: VideoRequest[SourceField]): MediaSource | null {
  return typeof choice === 'object' && ('uploadId' in choice || 'url' in choice) ? choice : null;
}

export interface Requested {
  located: LocatedItem;
  request: VideoRequest;
}

interface Found {
  source: MediaSource;
  field: SourceField;
  requested: Requested;
}

const IDS_PER_QUERY = 5000;

export async function checkSources(
  db: Queries,
  tenant: string,
  items: readonly Requested[],
  { canFetch, allow }: { canFetch: boolean; allow: Allowance | undefined },
  errors: ItemErrors,
): Promise<void> {
  const found: Found[] = [];
  for await (const requested of yielding(items)) {
    for (const field of SOURCE_NAMES) {
      const source = sourceOf(requested.request[field]);
      if (source !== null) found.push({ source, field, requested });
    }
  }
  await checkAddresses(found, canFetch, allow, errors);
  const known = await findUploads(db, tenant, [
    ...new Set(found.flatMap(({ source }) => ('uploadId' in source ? [source.uploadId] : []))),
  ]);
  for (const {
    source,
    field,
    requested: { located, request },
  } of found) {
    if (!('uploadId' in source)) continue;
    const upload = known.get(source.uploadId);
    const refuse = (what: string, code: 'NOT_FOUND' | 'CONFLICT' | 'INVALID_ARGUMENT'): void =>
      errors.add(located.where(field), `the upload ${source.uploadId} ${what}`, code);
    if (upload === undefined) refuse('does not exist', 'NOT_FOUND');
    else if (upload.status === 'aborted') refuse('was aborted', 'CONFLICT');
    else if (upload.artifact === null || upload.status === 'open') refuse('is not complete', 'CONFLICT');
    else if (upload.scope !== request.personId) refuse('belongs to another person', 'INVALID_ARGUMENT');
    else if (upload.artifact.kind !== SOURCE_FIELDS[field]) refuse(`is of kind ${upload.kind}`, 'INVALID_ARGUMENT');
  }
}

async function checkAddresses(
  found: readonly Found[],
  canFetch: boolean,
  allow: Allowance | undefined,
  errors: ItemErrors,
): Promise<void> {
  // Many items share one address, such as a common background.
  const verdicts = new Map<string, PortraitError | null>();
  for await (const {
    source,
    field,
    requested: { located },
  } of yielding(found)) {
    if (!('url' in source)) continue;
    if (!canFetch)
      errors.add(located.where(field), 'this server does not fetch addresses; upload the file', 'NOT_SUPPORTED');
    else {
      const verdict = verdicts.get(source.url) ?? (verdicts.has(source.url) ? null : urlError(source.url, allow));
      verdicts.set(source.url, verdict);
      if (verdict !== null) errors.add(located.where(field), verdict.message.replace(/\.$/, ''), verdict.code);
    }
  }
}

function urlError(url: string, allow: Allowance | undefined): PortraitError | null {
  try {
    checkUrl(url, allow);
    return null;
  } catch (error) {
    if (error instanceof PortraitError) return error;
    throw error;
  }
}

type UploadRow = Pick<typeof uploads.$inferSelect, 'id' | 'scope' | 'kind' | 'status' | 'artifact'>;

async function findUploads(db: Queries, tenant: string, ids: readonly string[]): Promise<Map<string, UploadRow>> {
  const rows: UploadRow[] = [];
  for (let at = 0; at < ids.length; at += IDS_PER_QUERY) {
    rows.push(
      ...(await db
        .select({
          id: uploads.id,
          scope: uploads.scope,
          kind: uploads.kind,
          status: uploads.status,
          artifact: uploads.artifact,
        })
        .from(uploads)
        .where(
          and(
            eq(uploads.tenant, tenant),
            sql`${uploads.id} = ANY(${sql.param(ids.slice(at, at + IDS_PER_QUERY))}::text[])`,
          ),
        )),
    );
  }
  return new Map(rows.map((row) => [row.id, row]));
}
