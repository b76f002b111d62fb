// Batches: many videos as one piece of work.
import { pipeline } from 'node:stream/promises';
import { Controller, Res } from '@nestjs/common';
import { ENDPOINTS, type EndpointName } from '@portrait/contracts/api';
import type { Response } from 'express';
import type { Caller } from '../http/asked.js';
import { By, Given, Route, type Ask, type Reply } from '../http/route.js';
import { BatchesService } from './batches.service.js';
import { ManifestService } from './manifest.service.js';

@Controller()
export class BatchesController {
  constructor(
    private readonly batches: BatchesService,
    private readonly manifest: ManifestService,
  ) {}

  @Route('createBatch')
  create(@By() by: Caller, @Given() { body }: Ask<'createBatch'>): Promise<Reply<'createBatch'>> {
    return this.batches.create(by, body);
  }

  @Route('listBatches')
  list(@By() by: Caller, @Given() { query }: Ask<'listBatches'>): Promise<Reply<'listBatches'>> {
    return this.batches.list(by, query);
  }

  @Route('getBatch')
  get(@By() by: Caller, @Given() { params }: Ask<'getBatch'>): Promise<Reply<'getBatch'>> {
    return this.batches.get(by, params.id);
  }

  @Route('cancelBatch')
  cancel(@By() by: Caller, @Given() { params }: Ask<'cancelBatch'>): Promise<Reply<'cancelBatch'>> {
    return this.batches.cancel(by, params.id);
  }

  @Route('retryBatch')
  retry(@By() by: Caller, @Given() { params, body }: Ask<'retryBatch'>): Promise<Reply<'retryBatch'>> {
    return this.batches.retry(by, params.id, body);
  }

  @Route('listBatchItems')
  items(@By() by: Caller, @Given() { params, query }: Ask<'listBatchItems'>): Promise<Reply<'listBatchItems'>> {
    return this.batches.items(by, params.id, query);
  }

  @Route('getBatchItem')
  item(@By() by: Caller, @Given() { params }: Ask<'getBatchItem'>): Promise<Reply<'getBatchItem'>> {
    return this.batches.item(by, params.id, params.item);
  }

  @Route('getManifest')
  async manifestJson(
    @By() by: Caller,
    @Given() { params, query }: Ask<'getManifest'>,
    @Res() response: Response,
  ): Promise<void> {
    await send(
      response,
      'getManifest',
      `${params.id}.json`,
      await this.manifest.json(by, params.id, query.linkSeconds),
    );
  }

  @Route('getManifestCsv')
  async manifestCsv(
    @By() by: Caller,
    @Given() { params, query }: Ask<'getManifestCsv'>,
    @Res() response: Response,
  ): Promise<void> {
    await send(
      response,
      'getManifestCsv',
      `${params.id}.csv`,
      await this.manifest.csv(by, params.id, query.linkSeconds),
    );
  }
}

/** What breaks after the first piece breaks the connection off, so that half a file is never taken for a whole one. */
async function send(
  response: Response,
  endpoint: EndpointName & ('getManifest' | 'getManifestCsv'),
  name: string,
  text: AsyncIterable<string>,
): Promise<void> {
  response.status(200).set({
    'Content-Type': `${ENDPOINTS[endpoint].answer.file.contentType}; charset=utf-8`,
    'Content-Disposition': `attachment; filename="${name}"`,
  });
  await pipeline(text, response);
}
