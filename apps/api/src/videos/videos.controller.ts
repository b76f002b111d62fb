// Videos: a portrait saying something.
import { Controller } from '@nestjs/common';
import type { Caller } from '../http/asked.js';
import { By, Given, Route, type Ask, type Reply } from '../http/route.js';
import { VideosService } from './videos.service.js';

@Controller()
export class VideosController {
  constructor(private readonly videos: VideosService) {}

  @Route('createVideo')
  create(@By() by: Caller, @Given() { body }: Ask<'createVideo'>): Promise<Reply<'createVideo'>> {
    return this.videos.create(by, body);
  }

  @Route('listVideos')
  list(@By() by: Caller, @Given() { query }: Ask<'listVideos'>): Promise<Reply<'listVideos'>> {
    return this.videos.list(by, query);
  }

  @Route('getVideo')
  get(@By() by: Caller, @Given() { params }: Ask<'getVideo'>): Promise<Reply<'getVideo'>> {
    return this.videos.get(by, params.id);
  }

  @Route('cancelVideo')
  cancel(@By() by: Caller, @Given() { params }: Ask<'cancelVideo'>): Promise<Reply<'cancelVideo'>> {
    return this.videos.cancel(by, params.id);
  }

  @Route('retryVideoStage')
  retry(@By() by: Caller, @Given() { params, body }: Ask<'retryVideoStage'>): Promise<Reply<'retryVideoStage'>> {
    return this.videos.retry(by, params.id, params.stage, body);
  }
}
