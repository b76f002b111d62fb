// People and their erasures.
import { Controller } from '@nestjs/common';
import { ArtifactsService } from '../artifacts/artifacts.service.js';
import type { Caller } from '../http/asked.js';
import { By, Given, Route, type Ask, type Reply } from '../http/route.js';
import { DecisionsService } from './decisions.service.js';
import { PeopleService } from './people.service.js';

@Controller()
export class PeopleController {
  constructor(
    private readonly people: PeopleService,
    private readonly decisions: DecisionsService,
    private readonly artifacts: ArtifactsService,
  ) {}

  @Route('createPerson')
  create(@By() by: Caller, @Given() { body }: Ask<'createPerson'>): Promise<Reply<'createPerson'>> {
    return this.people.create(by, body);
  }

  @Route('listPeople')
  list(@By() by: Caller, @Given() { query }: Ask<'listPeople'>): Promise<Reply<'listPeople'>> {
    return this.people.list(by, query);
  }

  @Route('getPerson')
  get(@By() by: Caller, @Given() { params }: Ask<'getPerson'>): Promise<Reply<'getPerson'>> {
    return this.people.get(by, params.id);
  }

  @Route('updatePerson')
  update(@By() by: Caller, @Given() { params, body }: Ask<'updatePerson'>): Promise<Reply<'updatePerson'>> {
    return this.people.update(by, params.id, body);
  }

  @Route('erasePerson')
  erase(@By() by: Caller, @Given() { params }: Ask<'erasePerson'>): Promise<Reply<'erasePerson'>> {
    return this.people.erase(by, params.id);
  }

  @Route('cancelPerson')
  cancel(@By() by: Caller, @Given() { params }: Ask<'cancelPerson'>): Promise<Reply<'cancelPerson'>> {
    return this.decisions.cancel(by, params.id);
  }

  @Route('resumePerson')
  resume(@By() by: Caller, @Given() { params, body }: Ask<'resumePerson'>): Promise<Reply<'resumePerson'>> {
    return this.decisions.resume(by, params.id, body);
  }

  @Route('getArtifact')
  artifact(@By() by: Caller, @Given() { params }: Ask<'getArtifact'>): Promise<Reply<'getArtifact'>> {
    return this.artifacts.get(by, params.id, params.digest);
  }

  @Route('listErasures')
  erasures(@By() by: Caller, @Given() { query }: Ask<'listErasures'>): Promise<Reply<'listErasures'>> {
    return this.people.erasures(by, query);
  }

  @Route('getErasure')
  erasure(@By() by: Caller, @Given() { params }: Ask<'getErasure'>): Promise<Reply<'getErasure'>> {
    return this.people.erasure(by, params.id);
  }
}
