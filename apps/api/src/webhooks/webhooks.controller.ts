// Webhooks, and what became of each delivery.
import { Controller } from '@nestjs/common';
import type { Caller } from '../http/asked.js';
import { By, Given, Route, type Ask, type Reply } from '../http/route.js';
import { DeliveriesService } from './deliveries.service.js';
import { WebhooksService } from './webhooks.service.js';

@Controller()
export class WebhooksController {
  constructor(
    private readonly webhooks: WebhooksService,
    private readonly deliveries: DeliveriesService,
  ) {}

  @Route('createWebhook')
  create(@By() by: Caller, @Given() { body }: Ask<'createWebhook'>): Promise<Reply<'createWebhook'>> {
    return this.webhooks.create(by, body);
  }

  @Route('listWebhooks')
  list(@By() by: Caller, @Given() { query }: Ask<'listWebhooks'>): Promise<Reply<'listWebhooks'>> {
    return this.webhooks.list(by, query);
  }

  @Route('getWebhook')
  get(@By() by: Caller, @Given() { params }: Ask<'getWebhook'>): Promise<Reply<'getWebhook'>> {
    return this.webhooks.get(by, params.id);
  }

  @Route('updateWebhook')
  update(@By() by: Caller, @Given() { params, body }: Ask<'updateWebhook'>): Promise<Reply<'updateWebhook'>> {
    return this.webhooks.update(by, params.id, body);
  }

  @Route('rotateWebhook')
  rotate(@By() by: Caller, @Given() { params }: Ask<'rotateWebhook'>): Promise<Reply<'rotateWebhook'>> {
    return this.webhooks.rotate(by, params.id);
  }

  @Route('rotateCallbackSecret')
  rotateCallbackSecret(@By() by: Caller): Promise<Reply<'rotateCallbackSecret'>> {
    return this.webhooks.rotateCallbackSecret(by);
  }

  @Route('deleteWebhook')
  remove(@By() by: Caller, @Given() { params }: Ask<'deleteWebhook'>): Promise<Reply<'deleteWebhook'>> {
    return this.webhooks.remove(by, params.id);
  }

  @Route('listDeliveries')
  listDeliveries(@By() by: Caller, @Given() { query }: Ask<'listDeliveries'>): Promise<Reply<'listDeliveries'>> {
    return this.deliveries.list(by, query);
  }

  @Route('getDelivery')
  getDelivery(@By() by: Caller, @Given() { params }: Ask<'getDelivery'>): Promise<Reply<'getDelivery'>> {
    return this.deliveries.get(by, params.id);
  }

  @Route('redeliver')
  redeliver(@By() by: Caller, @Given() { params }: Ask<'redeliver'>): Promise<Reply<'redeliver'>> {
    return this.deliveries.redeliver(by, params.id);
  }
}
