// Endpoints for people and their erasures.
import { Controller } from '@nestjs/common';
import { ArtifactsService } from '../artifacts/artifacts.service.js';
import type { Caller } from '../http/api-request.js';
import { CurrentCaller, Input, Route, type RequestOf, type ResponseOf } from '../http/route.js';
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
  create(
    @CurrentCaller() caller: Caller,
    @Input() { body }: RequestOf<'createPerson'>,
  ): Promise<ResponseOf<'createPerson'>> {
    return this.people.create(caller, body);
  }

  @Route('listPeople')
  list(
    @CurrentCaller() caller: Caller,
    @Input() { query }: RequestOf<'listPeople'>,
  ): Promise<ResponseOf<'listPeople'>> {
    return this.people.list(caller, query);
  }

  @Route('getPerson')
  get(@CurrentCaller() caller: Caller, @Input() { params }: RequestOf<'getPerson'>): Promise<ResponseOf<'getPerson'>> {
    return this.people.get(caller, params.id);
  }

  @Route('updatePerson')
  update(
    @CurrentCaller() caller: Caller,
    @Input() { params, body }: RequestOf<'updatePerson'>,
  ): Promise<ResponseOf<'updatePerson'>> {
    return this.people.update(caller, params.id, body);
  }

  @Route('erasePerson')
  erase(
    @CurrentCaller() caller: Caller,
    @Input() { params }: RequestOf<'erasePerson'>,
  ): Promise<ResponseOf<'erasePerson'>> {
    return this.people.erase(caller, params.id);
  }

  @Route('cancelPerson')
  cancel(
    @CurrentCaller() caller: Caller,
    @Input() { params }: RequestOf<'cancelPerson'>,
  ): Promise<ResponseOf<'cancelPerson'>> {
    return this.decisions.cancel(caller, params.id);
  }

  @Route('resumePerson')
  resume(
    @CurrentCaller() caller: Caller,
    @Input() { params, body }: RequestOf<'resumePerson'>,
  ): Promise<ResponseOf<'resumePerson'>> {
    return this.decisions.resume(caller, params.id, body);
  }

  @Route('getArtifact')
  artifact(
    @CurrentCaller() caller: Caller,
    @Input() { params }: RequestOf<'getArtifact'>,
  ): Promise<ResponseOf<'getArtifact'>> {
    return this.artifacts.get(caller, params.id, params.digest);
  }

  @Route('listErasures')
  erasures(
    @CurrentCaller() caller: Caller,
    @Input() { query }: RequestOf<'listErasures'>,
  ): Promise<ResponseOf<'listErasures'>> {
    return this.people.erasures(caller, query);
  }

  @Route('getErasure')
  erasure(
    @CurrentCaller() caller: Caller,
    @Input() { params }: RequestOf<'getErasure'>,
  ): Promise<ResponseOf<'getErasure'>> {
    return this.people.erasure(caller, params.id);
  }
}
