// Opens uploads, issues links for sending parts directly to the store, and checks and adopts the result. A training
// video lives in the scope of the person it will create.
import { Inject, Injectable } from '@nestjs/common';
import type { RemoteArtifactStore, UploadTicket } from '@portrait/artifact-store';
import { PortraitError, type ArtifactKind, type ArtifactRef } from '@portrait/contracts';
import type { UploadKind, UploadView } from '@portrait/contracts/api';
import { and, desc, eq } from 'drizzle-orm';
import type { Database } from '../database/open-database.js';
import { people, uploads } from '../database/schema.js';
import type { Caller } from '../http/api-request.js';
import { afterCursor, cursorOf, pageOf } from '../http/pagination.js';
import type { RequestOf, ResponseOf } from '../http/route.js';
import { newId } from '../ids.js';
import { DATABASE, ERASER, FIRST_BYTES, STORE, type FirstBytes } from '../tokens.js';
import { artifactOf, requireKind } from './upload-kinds.js';
import { SNIFFED_BYTES } from './sniff.js';

type Row = typeof uploads.$inferSelect;
const OPEN_MS = 24 * 3600_000;

@Injectable()
export class UploadsService {
  /** Completions in progress; a concurrent call waits for the first. */
  readonly #completing = new Map<string, Promise<UploadView>>();

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STORE) private readonly store: RemoteArtifactStore,
    @Inject(ERASER) private readonly eraser: RemoteArtifactStore,
    @Inject(FIRST_BYTES) private readonly firstBytes: FirstBytes,
  ) {}

  async create(
    { tenant }: Caller,
    { kind, personId, bytes, contentType, sha256 }: RequestOf<'createUpload'>['body'],
  ): Promise<UploadView> {
    if (personId !== undefined) await this.#requirePerson(tenant, personId);
    const scope = personId ?? newId('person');
    const ticket = await this.store.beginUpload({
      person: scope,
      bytes,
      contentType,
      ...(sha256 === undefined ? {} : { sha256 }),
    });
    const [row] = await this.database.db
      .insert(uploads)
      .values({
        id: newId('upload'),
        tenant,
        scope,
        kind,
        status: 'open',
        bytes,
        contentType,
        sha256: sha256 ?? null,
        storeKey: ticket.key,
        storeUpload: ticket.uploadId,
        expiresAt: new Date(Date.now() + OPEN_MS),
      })
      .returning();
    return view(row!, personId ?? null, ticket);
  }

  async list(
    { tenant }: Caller,
    { limit, cursor }: RequestOf<'listUploads'>['query'],
  ): Promise<ResponseOf<'listUploads'>> {
    const rows = await this.database.db
      .select({ upload: uploads, person: people.id })
      .from(uploads)
      .leftJoin(people, eq(people.id, uploads.scope))
      .where(and(eq(uploads.tenant, tenant), afterCursor(cursor, uploads)))
      .orderBy(desc(uploads.createdAt), desc(uploads.id))
      .limit(limit + 1);
    return pageOf(
      rows,
      limit,
      ({ upload }) => cursorOf(upload),
      ({ upload, person }) => view(upload, person),
    );
  }

  async get({ tenant }: Caller, id: string): Promise<UploadView> {
    const { row, person } = await this.#find(tenant, id);
    if (row.status !== 'open') return view(row, person);
    try {
      return view(row, person, await this.store.listParts({ key: row.storeKey, uploadId: row.storeUpload }));
    } catch (error) {
      if (!(error instanceof PortraitError) || error.code !== 'NOT_FOUND') throw error;
      return view(await this.#abort(row), person);
    }
  }

  complete({ tenant }: Caller, id: string): Promise<UploadView> {
    const known = this.#completing.get(id);
    if (known !== undefined) return this.#find(tenant, id).then(() => known);
    const completion = this.#complete(tenant, id).finally(() => this.#completing.delete(id));
    this.#completing.set(id, completion);
    return completion;
  }

  async #complete(tenant: string, id: string): Promise<UploadView> {
    const { row, person } = await this.#find(tenant, id);
    if (row.status === 'aborted') throw abortedError(row);
    if (row.status !== 'open') return view(row, person);
    const artifact = await this.#adopt(row, person);
    const [done] = await this.database.db
      .update(uploads)
      .set({ status: 'complete', artifact, sha256: Object.values(artifact.files)[0]!.sha256 })
      .where(and(eq(uploads.id, id), eq(uploads.status, 'open')))
      .returning();
    return view(done ?? row, person);
  }

  async #adopt(row: Row, person: string | null): Promise<ArtifactRef> {
    const { kind, name } = artifactOf(row.kind, person);
    const place = { key: row.storeKey, uploadId: row.storeUpload };
    let ref: ArtifactRef;
    try {
      await this.store.completeUpload(place).catch((error: unknown) => {
        throw error instanceof PortraitError && error.code === 'INVALID_ARGUMENT'
          ? new PortraitError('INVALID_ARGUMENT', `The upload ${row.id} is not complete. ${error.message}`, {
              cause: error,
              hint: missingPartsHint(row.id),
            })
          : error;
      });
      ref = await this.store.adoptUpload(kind, name, row.storeKey).catch(async (error: unknown) => {
        // The parts are joined, so bytes that fail the check can no longer be replaced.
        if (error instanceof PortraitError && error.code === 'INVALID_ARGUMENT') {
          await this.store.abortUpload(place);
          await this.#abort(row);
        }
        throw error;
      });
    } catch (error) {
      if (error instanceof PortraitError && error.code === 'NOT_FOUND') {
        await this.#abort(row);
        throw new PortraitError('CONFLICT', `The upload ${row.id} is no longer in the store.`, {
          cause: error,
          hint: 'Open a new upload and send the file again.',
        });
      }
      throw error;
    }
    try {
      requireKind(
        `The upload ${row.id}`,
        row.kind,
        await this.firstBytes({ person: row.scope, ref, name }, SNIFFED_BYTES),
      );
    } catch (error) {
      if (error instanceof PortraitError && error.code === 'INPUT_UNREADABLE') await this.#discard(row, person, ref);
      throw error;
    }
    return ref;
  }

  async remove({ tenant }: Caller, id: string): Promise<void> {
    const { row, person } = await this.#find(tenant, id);
    if (row.status === 'aborted') return;
    if (row.status === 'open') {
      await this.store.abortUpload({ key: row.storeKey, uploadId: row.storeUpload });
      await this.#abort(row);
    } else if (person === null && row.status === 'complete') {
      await this.#discard(row, person, row.artifact!);
    } else {
      throw new PortraitError('CONFLICT', `The upload ${id} belongs to a person.`, {
        hint: 'Erase the person to delete it.',
      });
    }
  }

  /**
   * A complete upload as an artifact of a person.
   * @throws PortraitError NOT_FOUND, CONFLICT, INVALID_ARGUMENT; each names `field`
   */
  async artifact(
    tenant: string,
    id: string,
    wanted: { field: string; kind: ArtifactKind; person: string },
  ): Promise<ArtifactRef> {
    const { row } = await this.#find(tenant, id, wanted.field);
    const ref = requireComplete(row, wanted.field);
    if (row.scope !== wanted.person)
      throw new PortraitError('INVALID_ARGUMENT', `${wanted.field}: the upload ${id} belongs to another person.`, {
        hint: 'Set personId when you open an upload for a person.',
      });
    if (ref.kind !== wanted.kind) {
      const article = row.kind === 'audio' || row.kind === 'image' ? 'an' : 'a';
      throw new PortraitError('INVALID_ARGUMENT', `${wanted.field}: the upload ${id} is ${article} ${row.kind}.`);
    }
    return ref;
  }

  /** The upload a new person is trained from. @throws PortraitError */
  async trainingVideo(
    tenant: string,
    id: string,
    field: string,
  ): Promise<{ person: string; video: ArtifactRef<'source-video'> }> {
    const { row } = await this.#find(tenant, id, field);
    if (row.status === 'used')
      throw new PortraitError('CONFLICT', `${field}: the upload ${id} was already used.`, {
        hint: 'Each upload trains one person. Train that person again with POST /v1/people/{id}:resume.',
      });
    const ref = requireComplete(row, field);
    if (ref.kind !== 'source-video')
      throw new PortraitError('INVALID_ARGUMENT', `${field}: the upload ${id} is not a training video.`, {
        hint: 'Open the upload with kind "video" and without personId.',
      });
    return { person: row.scope, video: ref as ArtifactRef<'source-video'> };
  }

  async #discard(row: Row, person: string | null, ref: ArtifactRef): Promise<void> {
    await using scope = await this.eraser.scope(row.scope);
    await (person === null ? scope.erase() : scope.discard(ref));
    await this.#abort(row);
  }

  async #abort(row: Row): Promise<Row> {
    const [ended] = await this.database.db
      .update(uploads)
      .set({ status: 'aborted', artifact: null })
      .where(eq(uploads.id, row.id))
      .returning();
    return ended ?? row;
  }

  async #find(tenant: string, id: string, field?: string): Promise<{ row: Row; person: string | null }> {
    const [found] = await this.database.db
      .select({ row: uploads, person: people.id })
      .from(uploads)
      .leftJoin(people, eq(people.id, uploads.scope))
      .where(and(eq(uploads.tenant, tenant), eq(uploads.id, id)));
    if (found === undefined)
      throw new PortraitError('NOT_FOUND', `${field === undefined ? '' : `${field}: `}There is no upload ${id}.`, {
        hint: 'Call GET /v1/uploads to list them.',
      });
    return found;
  }

  async #requirePerson(tenant: string, id: string): Promise<void> {
    const [found] = await this.database.db
      .select({ status: people.status })
      .from(people)
      .where(and(eq(people.tenant, tenant), eq(people.id, id)));
    if (found === undefined)
      throw new PortraitError('NOT_FOUND', `personId: There is no person ${id}.`, {
        hint: 'Call GET /v1/people to list them.',
      });
    if (found.status === 'erasing') throw new PortraitError('CONFLICT', `The person ${id} is being erased.`);
  }
}

function requireComplete(row: Row, field: string): ArtifactRef {
  const { id, status, artifact } = row;
  if (status === 'aborted') throw abortedError(row, field);
  if (status === 'open' || artifact === null)
    throw new PortraitError('CONFLICT', `${field}: the upload ${id} is not complete.`, { hint: missingPartsHint(id) });
  return artifact;
}

const missingPartsHint = (id: string): string =>
  `Send the missing parts (GET /v1/uploads/${id} lists them), then call POST /v1/uploads/${id}:complete.`;

function abortedError({ id, expiresAt }: Row, field?: string): PortraitError {
  const subject = field === undefined ? 'The upload' : `${field}: the upload`;
  const reason = expiresAt <= new Date() ? `expired at ${expiresAt.toISOString()}` : 'was aborted';
  return new PortraitError('CONFLICT', `${subject} ${id} ${reason}.`, {
    hint: 'Open a new upload and send the file again.',
  });
}

function view(
  { id, kind, status, bytes, contentType, sha256, createdAt, expiresAt }: Row,
  person: string | null,
  ticket?: UploadTicket,
): UploadView {
  return {
    id,
    kind: kind satisfies UploadKind,
    personId: person,
    status,
    bytes,
    contentType,
    sha256,
    partBytes: ticket?.partBytes ?? null,
    parts: ticket?.parts ?? [],
    linksExpireAt: ticket?.expiresAt ?? null,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}
