// Uploads: bytes on their way to the store.
import { Controller } from '@nestjs/common';
import type { Caller } from '../http/asked.js';
import { By, Given, Route, type Ask, type Reply } from '../http/route.js';
import { UploadsService } from './uploads.service.js';

@Controller()
export class UploadsController {
  constructor(private readonly uploads: UploadsService) {}

  @Route('createUpload')
  create(@By() by: Caller, @Given() { body }: Ask<'createUpload'>): Promise<Reply<'createUpload'>> {
    return this.uploads.create(by, body);
  }

  @Route('listUploads')
  list(@By() by: Caller, @Given() { query }: Ask<'listUploads'>): Promise<Reply<'listUploads'>> {
    return this.uploads.list(by, query);
  }

  @Route('getUpload')
  get(@By() by: Caller, @Given() { params }: Ask<'getUpload'>): Promise<Reply<'getUpload'>> {
    return this.uploads.get(by, params.id);
  }

  @Route('completeUpload')
  complete(@By() by: Caller, @Given() { params }: Ask<'completeUpload'>): Promise<Reply<'completeUpload'>> {
    return this.uploads.complete(by, params.id);
  }

  @Route('deleteUpload')
  remove(@By() by: Caller, @Given() { params }: Ask<'deleteUpload'>): Promise<Reply<'deleteUpload'>> {
    return this.uploads.remove(by, params.id);
  }
}
