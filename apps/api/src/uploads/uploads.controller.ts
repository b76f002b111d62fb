// Endpoints for uploads.
import { Controller } from '@nestjs/common';
import type { Caller } from '../http/api-request.js';
import { CurrentCaller, Input, Route, type RequestOf, type ResponseOf } from '../http/route.js';
import { UploadsService } from './uploads.service.js';

@Controller()
export class UploadsController {
  constructor(private readonly uploads: UploadsService) {}

  @Route('createUpload')
  create(
    @CurrentCaller() caller: Caller,
    @Input() { body }: RequestOf<'createUpload'>,
  ): Promise<ResponseOf<'createUpload'>> {
    return this.uploads.create(caller, body);
  }

  @Route('listUploads')
  list(
    @CurrentCaller() caller: Caller,
    @Input() { query }: RequestOf<'listUploads'>,
  ): Promise<ResponseOf<'listUploads'>> {
    return this.uploads.list(caller, query);
  }

  @Route('getUpload')
  get(@CurrentCaller() caller: Caller, @Input() { params }: RequestOf<'getUpload'>): Promise<ResponseOf<'getUpload'>> {
    return this.uploads.get(caller, params.id);
  }

  @Route('completeUpload')
  complete(
    @CurrentCaller() caller: Caller,
    @Input() { params }: RequestOf<'completeUpload'>,
  ): Promise<ResponseOf<'completeUpload'>> {
    return this.uploads.complete(caller, params.id);
  }

  @Route('deleteUpload')
  remove(
    @CurrentCaller() caller: Caller,
    @Input() { params }: RequestOf<'deleteUpload'>,
  ): Promise<ResponseOf<'deleteUpload'>> {
    return this.uploads.remove(caller, params.id);
  }
}
