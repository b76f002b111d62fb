// Uploads: opened here, sent straight to the store, checked and adopted here. A training video lies in the place of the person to be.
import { Inject, Injectable } from '@nestjs/common';
import type { RemoteArtifactStore, UploadTicket } from '@portrait/artifact-store';
import { PortraitError, type ArtifactKind, type ArtifactRef } from '@portrait/contracts';
import type { UploadKind, UploadView } from '@portrait/contracts/api';
import { and, desc, eq } from 'drizzle-orm';
import type { Database } from '../database/open-database.js';
import { people, uploads } from '../database/schema.js';
import type { Caller } from '../http/asked.js';
import { afterCursor, cursorOf, pageOf } from '../http/pages.js';
import type { Ask, Reply } from '../http/route.js';
import { newId } from '../ids.js';
import { DATABASE, ERASER, FIRST_BYTES, STORE, type FirstBytes } from '../tokens.js';
import { artifactOf, requireKind } from './kinds.js';
import { SNIFFED_BYTES } from './sniff.js';

type Row = typeof uploads.$inferSelect;
const OPEN_MS = 24 * 3600_000;

@Injectable()
export class UploadsService {
  /** Completions under way: asking twice waits for the first. */
  readonly #completing = new Map<string, Promise<UploadView>>();

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(STORE) private readonly store: RemoteArtifactStore,
    @Inject(ERASER) private readonly eraser: RemoteArtifactStore,
    @Inject(FIRST_BYTES) private readonly firstBytes: FirstBytes,
  ) {}

  async create(
    { tenant }: Caller,
    { kind, personId, bytes, contentType, sha256 }: Ask<'createUpload'>['body'],
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

  async list({ tenant }: Caller, { limit, cursor }: Ask<'listUploads'>['query']): Promise<Reply<'listUploads'>> {
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
      return view(await this.#end(row), person);
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
    if (row.status === 'aborted') throw givenUp(row);
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
              hint: whatIsMissing(row.id),
            })
          : error;
      });
      ref = await this.store.adoptUpload(kind, name, row.storeKey).catch(async (error: unknown) => {
        // Its parts are joined: bytes that are not those announced can no longer be replaced.
        if (error instanceof PortraitError && error.code === 'INVALID_ARGUMENT') {
          await this.store.abortUpload(place);
          await this.#end(row);
        }
        throw error;
      });
    } catch (error) {
      if (error instanceof PortraitError && error.code === 'NOT_FOUND') {
        await this.#end(row);
        throw new PortraitError('CONFLICT', `The upload ${row.id} is not in the store any more.`, {
          cause: error,
          hint: 'Open a new one and send the file again.',
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
      if (error instanceof PortraitError && error.code === 'INPUT_UNREADABLE') await this.#throwAway(row, person, ref);
      throw error;
    }
    return ref;
  }

  async remove({ tenant }: Caller, id: string): Promise<void> {
    const { row, person } = await this.#find(tenant, id);
    if (row.status === 'aborted') return;
    if (row.status === 'open') {
      await this.store.abortUpload({ key: row.storeKey, uploadId: row.storeUpload });
      await this.#end(row);
    } else if (person === null && row.status === 'complete') {
      await this.#throwAway(row, person, row.artifact!);
    } else {
      throw new PortraitError('CONFLICT', `The upload ${id} belongs to a person now.`, {
        hint: 'It is erased with the person.',
      });
    }
  }

  /** A complete upload as an artifact of a person. @throws PortraitError NOT_FOUND, CONFLICT, INVALID_ARGUMENT; each names `field` */
  async artifact(
    tenant: string,
    id: string,
    wanted: { field: string; kind: ArtifactKind; person: string },
  ): Promise<ArtifactRef> {
    const { row } = await this.#find(tenant, id, wanted.field);
    const ref = requireComplete(row, wanted.field);
    if (row.scope !== wanted.person)
      throw new PortraitError('INVALID_ARGUMENT', `${wanted.field}: the upload ${id} is not of this person.`, {
        hint: 'Give personId when you open an upload for a person.',
      });
    if (ref.kind !== wanted.kind)
      throw new PortraitError(
        'INVALID_ARGUMENT',
        `${wanted.field}: the upload ${id} is ${row.kind === 'audio' || row.kind === 'image' ? 'an' : 'a'} ${row.kind}.`,
      );
    return ref;
  }

  /** The upload a new person is to be trained from. @throws PortraitError */
  async trainingVideo(
    tenant: string,
    id: string,
    field: string,
  ): Promise<{ person: string; video: ArtifactRef<'source-video'> }> {
    const { row } = await this.#find(tenant, id, field);
    if (row.status === 'used')
      throw new PortraitError('CONFLICT', `${field}: the upload ${id} was used already.`, {
        hint: 'One upload makes one person. To train that person again: POST /v1/people/{id}:resume.',
      });
    const ref = requireComplete(row, field);
    if (ref.kind !== 'source-video')
      throw new PortraitError('INVALID_ARGUMENT', `${field}: the upload ${id} is not a video to train from.`, {
        hint: 'Open it with kind "video" and without personId.',
      });
    return { person: row.scope, video: ref as ArtifactRef<'source-video'> };
  }

  async #throwAway(row: Row, person: string | null, ref: ArtifactRef): Promise<void> {
    await using scope = await this.eraser.scope(row.scope);
    await (person === null ? scope.erase() : scope.discard(ref));
    await this.#end(row);
  }

  async #end(row: Row): Promise<Row> {
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
        hint: 'GET /v1/uploads lists those there are.',
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
        hint: 'GET /v1/people lists those there are.',
      });
    if (found.status === 'erasing') throw new PortraitError('CONFLICT', `The person ${id} is being erased.`);
  }
}

function requireComplete(row: Row, field: string): ArtifactRef {
  const { id, status, artifact } = row;
  if (status === 'aborted') throw givenUp(row, field);
  if (status === 'open' || artifact === null)
    throw new PortraitError('CONFLICT', `${field}: the upload ${id} is not complete.`, { hint: whatIsMissing(id) });
  return artifact;
}

const whatIsMissing = (id: string): string =>
  `Send the parts that are missing (GET /v1/uploads/${id} names them), then POST /v1/uploads/${id}:complete.`;

function givenUp({ id, expiresAt }: Row, field?: string): PortraitError {
  const late = expiresAt <= new Date();
  return new PortraitError(
    'CONFLICT',
    `${field === undefined ? 'The' : `${field}: the`} upload ${id} was given up${late ? `: it was not used by ${expiresAt.toISOString()}` : ''}.`,
    { hint: 'Open a new one and send the file again.' },
  );
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
