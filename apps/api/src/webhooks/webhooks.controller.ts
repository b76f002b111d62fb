// Endpoints for webhooks and their deliveries.
import { Controller } from '@nestjs/common';
import type { Caller } from '../http/api-request.js';
import { CurrentCaller, Input, Route, type RequestOf, type ResponseOf } from '../http/route.js';
import { DeliveriesService } from './deliveries.service.js';
import { WebhooksService } from './webhooks.service.js';

@Controller()
export class WebhooksController {
  constructor(
    private readonly webhooks: WebhooksService,
    private readonly deliveries: DeliveriesService,
  ) {}

  @Route('createWebhook')
  create(
    @CurrentCaller() caller: Caller,
    @Input() { body }: RequestOf<'createWebhook'>,
  ): Promise<ResponseOf<'createWebhook'>> {
    return this.webhooks.create(caller, body);
  }

  @Route('listWebhooks')
  list(
    @CurrentCaller() caller: Caller,
    @Input() { query }: RequestOf<'listWebhooks'>,
  ): Promise<ResponseOf<'listWebhooks'>> {
    return this.webhooks.list(caller, query);
  }

  @Route('getWebhook')
  get(
    @CurrentCaller() caller: Caller,
    @Input() { params }: RequestOf<'getWebhook'>,
  ): Promise<ResponseOf<'getWebhook'>> {
    return this.webhooks.get(caller, params.id);
  }

  @Route('updateWebhook')
  update(
    @CurrentCaller() caller: Caller,
    @Input() { params, body }: RequestOf<'updateWebhook'>,
  ): Promise<ResponseOf<'updateWebhook'>> {
    return this.webhooks.update(caller, params.id, body);
  }

  @Route('rotateWebhook')
  rotate(
    @CurrentCaller() caller: Caller,
    @Input() { params }: RequestOf<'rotateWebhook'>,
  ): Promise<ResponseOf<'rotateWebhook'>> {
    return this.webhooks.rotate(caller, params.id);
  }

  @Route('rotateCallbackSecret')
  rotateCallbackSecret(@CurrentCaller() caller: Caller): Promise<ResponseOf<'rotateCallbackSecret'>> {
    return this.webhooks.rotateCallbackSecret(caller);
  }

  @Route('deleteWebhook')
  remove(
    @CurrentCaller() caller: Caller,
    @Input() { params }: RequestOf<'deleteWebhook'>,
  ): Promise<ResponseOf<'deleteWebhook'>> {
    return this.webhooks.remove(caller, params.id);
  }

  @Route('listDeliveries')
  listDeliveries(
    @CurrentCaller() caller: Caller,
    @Input() { query }: RequestOf<'listDeliveries'>,
  ): Promise<ResponseOf<'listDeliveries'>> {
    return this.deliveries.list(caller, query);
  }

  @Route('getDelivery')
  getDelivery(
    @CurrentCaller() caller: Caller,
    @Input() { params }: RequestOf<'getDelivery'>,
  ): Promise<ResponseOf<'getDelivery'>> {
    return this.deliveries.get(caller, params.id);
  }

  @Route('redeliver')
  redeliver(
    @CurrentCaller() caller: Caller,
    @Input() { params }: RequestOf<'redeliver'>,
  ): Promise<ResponseOf<'redeliver'>> {
    return this.deliveries.redeliver(caller, params.id);
  }
}
