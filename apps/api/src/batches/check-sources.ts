// What the items of a batch point at: uploads that are there and fit, addresses that may be fetched. All items in a few queries.
import type { ArtifactKind } from '@portrait/contracts';
import { PortraitError } from '@portrait/contracts';
import type { MediaSource, VideoRequest } from '@portrait/contracts/api';
import { and, eq, sql } from 'drizzle-orm';
import type { Queries } from '../database/open-database.js';
import { uploads } from '../database/schema.js';
import { checkUrl, type Allowance } from '../fetch-url/index.js';
import { unhurried } from './breath.js';
import type { PlacedItem } from './placed-item.js';
import type { RowMistakes } from './row-mistakes.js';

/** Fields of a request that may be a source, and what each becomes in the store. */
export const SOURCE_FIELDS = {
  audio: 'speech',
  pose: 'track',
  eyes: 'track',
  background: 'background-media',
} as const satisfies Record<string, ArtifactKind>;
export type SourceField = keyof typeof SOURCE_FIELDS;
export const SOURCE_NAMES = Object.keys(SOURCE_FIELDS) as readonly SourceField[];

export function sourceOf(choice: VideoRequest[SourceField]): MediaSource | null {
  return typeof choice === 'object' && ('uploadId' in choice || 'url' in choice) ? choice : null;
}

export interface Requested {
  placed: PlacedItem;
  request: VideoRequest;
}

interface Found {
  source: MediaSource;
  field: SourceField;
  requested: Requested;
}

const AT_ONCE = 5000;

export async function checkSources(
  db: Queries,
  tenant: string,
  items: readonly Requested[],
  { canFetch, allow }: { canFetch: boolean; allow: Allowance | undefined },
  mistakes: RowMistakes,
): Promise<void> {
  const found: Found[] = [];
  for await (const requested of unhurried(items)) {
    for (const field of SOURCE_NAMES) {
      const source = sourceOf(requested.request[field]);
      if (source !== null) found.push({ source, field, requested });
    }
  }
  await checkAddresses(found, canFetch, allow, mistakes);
  const known = await findUploads(db, tenant, [
    ...new Set(found.flatMap(({ source }) => ('uploadId' in source ? [source.uploadId] : []))),
  ]);
  for (const {
    source,
    field,
    requested: { placed, request },
  } of found) {
    if (!('uploadId' in source)) continue;
    const upload = known.get(source.uploadId);
    const refuse = (what: string, code: 'NOT_FOUND' | 'CONFLICT' | 'INVALID_ARGUMENT'): void =>
      mistakes.add(placed.where(field), `the upload ${source.uploadId} ${what}`, code);
    if (upload === undefined) refuse('is not there', 'NOT_FOUND');
    else if (upload.status === 'aborted') refuse('was given up', 'CONFLICT');
    else if (upload.artifact === null || upload.status === 'open') refuse('is not complete', 'CONFLICT');
    else if (upload.scope !== request.personId) refuse('is not of this person', 'INVALID_ARGUMENT');
    else if (upload.artifact.kind !== SOURCE_FIELDS[field]) refuse(`is of the kind ${upload.kind}`, 'INVALID_ARGUMENT');
  }
}

async function checkAddresses(
  found: readonly Found[],
  canFetch: boolean,
  allow: Allowance | undefined,
  mistakes: RowMistakes,
): Promise<void> {
  // The background of a batch is the same address in every item.
  const verdicts = new Map<string, PortraitError | null>();
  for await (const {
    source,
    field,
    requested: { placed },
  } of unhurried(found)) {
    if (!('url' in source)) continue;
    if (!canFetch)
      mistakes.add(
        placed.where(field),
        'this server fetches nothing from other servers; upload the file',
        'NOT_SUPPORTED',
      );
    else {
      const verdict = verdicts.get(source.url) ?? (verdicts.has(source.url) ? null : refusal(source.url, allow));
      verdicts.set(source.url, verdict);
      if (verdict !== null) mistakes.add(placed.where(field), verdict.message.replace(/\.$/, ''), verdict.code);
    }
  }
}

function refusal(url: string, allow: Allowance | undefined): PortraitError | null {
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
  for (let at = 0; at < ids.length; at += AT_ONCE) {
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
          and(eq(uploads.tenant, tenant), sql`${uploads.id} = ANY(${sql.param(ids.slice(at, at + AT_ONCE))}::text[])`),
        )),
    );
  }
  return new Map(rows.map((row) => [row.id, row]));
}
