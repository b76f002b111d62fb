// Decides which artifacts of a person may be fetched: outputs and previews of stages, videos and uploads. Consent
// records and checkpoints are never served.
import { Inject, Injectable } from '@nestjs/common';
import { PortraitError, type ArtifactRef } from '@portrait/contracts';
import { eq } from 'drizzle-orm';
import type { Database } from '../database/open-database.js';
import { stages, uploads, videos } from '../database/schema.js';
import type { Caller } from '../http/api-request.js';
import type { ResponseOf } from '../http/route.js';
import { PeopleService } from '../people/people.service.js';
import type { PersonRow } from '../people/people.views.js';
import { DATABASE } from '../tokens.js';
import { Links } from './links.js';

@Injectable()
export class ArtifactsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly people: PeopleService,
    private readonly links: Links,
  ) {}

  async get({ tenant }: Caller, person: string, digest: string): Promise<ResponseOf<'getArtifact'>> {
    const row = await this.people.row(tenant, person);
    const ref =
      (await this.#kept(row)).find((known) => known.digest === digest) ??
      (await this.#running(row)).find((known) => known.digest === digest);
    if (ref === undefined) throw new PortraitError('NOT_FOUND', `The person ${person} has no artifact ${digest}.`);
    return { kind: ref.kind, digest, files: await this.links.files(person, ref) };
  }

  async #kept({ id, video }: PersonRow): Promise<ArtifactRef[]> {
    const { db } = this.database;
    const outcomes = (await db.select({ outcome: stages.outcome }).from(stages).where(eq(stages.person, id))).flatMap(
      ({ outcome }) => (outcome === null ? [] : [outcome]),
    );
    const made = await db.select({ ref: videos.video }).from(videos).where(eq(videos.person, id));
    const sent = await db.select({ ref: uploads.artifact }).from(uploads).where(eq(uploads.scope, id));
    const refs = [
      video,
      ...outcomes.flatMap(({ outputs, preview }) => [...Object.values(outputs), preview ?? null]),
      ...made.map(({ ref }) => ref),
      ...sent.map(({ ref }) => ref),
    ];
    return refs.filter((ref) => ref !== null);
  }

  async #running(row: PersonRow): Promise<ArtifactRef[]> {
    return (await this.people.facts(row)).stages.flatMap(({ outputs, preview }) => [
      ...outputs,
      ...(preview === undefined ? [] : [preview]),
    ]);
  }
}
