// Endpoints for batches.
import { pipeline } from 'node:stream/promises';
import { Controller, Res } from '@nestjs/common';
import { ENDPOINTS, type EndpointName } from '@portrait/contracts/api';
import type { Response } from 'express';
import type { Caller } from '../http/api-request.js';
import { CurrentCaller, Input, Route, type RequestOf, type ResponseOf } from '../http/route.js';
import { BatchesService } from './batches.service.js';
import { ManifestService } from './manifest.service.js';

@Controller()
export class BatchesController {
  constructor(
    private readonly batches: BatchesService,
    private readonly manifest: ManifestService,
  ) {}

  @Route('createBatch')
  create(
    @CurrentCaller() caller: Caller,
    @Input() { body }: RequestOf<'createBatch'>,
  ): Promise<ResponseOf<'createBatch'>> {
    return this.batches.create(caller, body);
  }

  @Route('listBatches')
  list(
    @CurrentCaller() caller: Caller,
    @Input() { query }: RequestOf<'listBatches'>,
  ): Promise<ResponseOf<'listBatches'>> {
    return this.batches.list(caller, query);
  }

  @Route('getBatch')
  get(@CurrentCaller() caller: Caller, @Input() { params }: RequestOf<'getBatch'>): Promise<ResponseOf<'getBatch'>> {
    return this.batches.get(caller, params.id);
  }

  @Route('cancelBatch')
  cancel(
    @CurrentCaller() caller: Caller,
    @Input() { params }: RequestOf<'cancelBatch'>,
  ): Promise<ResponseOf<'cancelBatch'>> {
    return this.batches.cancel(caller, params.id);
  }

  @Route('retryBatch')
  retry(
    @CurrentCaller() caller: Caller,
    @Input() { params, body }: RequestOf<'retryBatch'>,
  ): Promise<ResponseOf<'retryBatch'>> {
    return this.batches.retry(caller, params.id, body);
  }

  @Route('listBatchItems')
  items(
    @CurrentCaller() caller: Caller,
    @Input() { params, query }: RequestOf<'listBatchItems'>,
  ): Promise<ResponseOf<'listBatchItems'>> {
    return this.batches.items(caller, params.id, query);
  }

  @Route('getBatchItem')
  item(
    @CurrentCaller() caller: Caller,
    @Input() { params }: RequestOf<'getBatchItem'>,
  ): Promise<ResponseOf<'getBatchItem'>> {
    return this.batches.item(caller, params.id, params.item);
  }

  @Route('getManifest')
  async manifestJson(
    @CurrentCaller() caller: Caller,
    @Input() { params, query }: RequestOf<'getManifest'>,
    @Res() response: Response,
  ): Promise<void> {
    await send(
      response,
      'getManifest',
      `${params.id}.json`,
      await this.manifest.json(caller, params.id, query.linkSeconds),
    );
  }

  @Route('getManifestCsv')
  async manifestCsv(
    @CurrentCaller() caller: Caller,
    @Input() { params, query }: RequestOf<'getManifestCsv'>,
    @Res() response: Response,
  ): Promise<void> {
    await send(
      response,
      'getManifestCsv',
      `${params.id}.csv`,
      await this.manifest.csv(caller, params.id, query.linkSeconds),
    );
  }
}

/** An error after the first chunk breaks the connection, so that a truncated file never looks complete. */
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
