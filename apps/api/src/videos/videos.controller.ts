// Endpoints for videos.
import { Controller } from '@nestjs/common';
import type { Caller } from '../http/api-request.js';
import { CurrentCaller, Input, Route, type RequestOf, type ResponseOf } from '../http/route.js';
import { VideosService } from './videos.service.js';

@Controller()
export class VideosController {
  constructor(private readonly videos: VideosService) {}

  @Route('createVideo')
  create(
    @CurrentCaller() caller: Caller,
    @Input() { body }: RequestOf<'createVideo'>,
  ): Promise<ResponseOf<'createVideo'>> {
    return this.videos.create(caller, body);
  }

  @Route('listVideos')
  list(
    @CurrentCaller() caller: Caller,
    @Input() { query }: RequestOf<'listVideos'>,
  ): Promise<ResponseOf<'listVideos'>> {
    return this.videos.list(caller, query);
  }

  @Route('getVideo')
  get(@CurrentCaller() caller: Caller, @Input() { params }: RequestOf<'getVideo'>): Promise<ResponseOf<'getVideo'>> {
    return this.videos.get(caller, params.id);
  }

  @Route('cancelVideo')
  cancel(
    @CurrentCaller() caller: Caller,
    @Input() { params }: RequestOf<'cancelVideo'>,
  ): Promise<ResponseOf<'cancelVideo'>> {
    return this.videos.cancel(caller, params.id);
  }

  @Route('retryVideoStage')
  retry(
    @CurrentCaller() caller: Caller,
    @Input() { params, body }: RequestOf<'retryVideoStage'>,
  ): Promise<ResponseOf<'retryVideoStage'>> {
    return this.videos.retry(caller, params.id, params.stage, body);
  }
}
