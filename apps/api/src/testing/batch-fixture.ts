// Test support: batches of a person with a portrait, and the calls their workflow makes.
import { beforeAll } from '@jest/globals';
import { batchWorkflowId, type QueuedVideo } from '@portrait/contracts';
import type { BatchItemView, BatchView } from '@portrait/contracts/api';
import { fixtureRegistry } from '@portrait/stage-kit';
import { batchBookkeeping, type BatchBookkeeping } from '../batches/batch-bookkeeping.js';
import { BatchStarter } from '../batches/batch-starter.js';
import { MediaImporter } from '../intake/media-importer.js';
import { createPerson, useTestApi, type Caller } from './test-api.js';
import { publishTestPortrait } from './test-portrait.js';

interface Refusal {
  code: string;
  message: string;
  hint: string;
}

export const refusal = (response: { body: unknown }): Refusal => (response.body as { error: Refusal }).error;

/** Opens an API with a ready person for all tests of the enclosing block. */
export class BatchFixture {
  readonly api = useTestApi({}, { fetch: () => Promise.reject(new Error('Nothing is fetched here.')) });
  caller!: Caller;
  person!: string;
  #bookkeeping!: BatchBookkeeping;

  constructor() {
    beforeAll(() => this.#prepare());
  }

  async #prepare(): Promise<void> {
    const { api } = this;
    this.caller = api.as(await api.key());
    this.person = await createPerson(api, this.caller);
    await publishTestPortrait(api, this.person);
    this.#bookkeeping = batchBookkeeping({
      db: api.database.db,
      store: api.store,
      eraser: api.store,
      registry: () => Promise.resolve(fixtureRegistry()),
      media: api.app.get(MediaImporter),
      tell: api.bookkeeping.tell,
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
      heartbeatSeconds: 9,
    });
  }

  items(count: number, more: object = {}): object[] {
    return Array.from({ length: count }, (_, n) => ({
      id: `item ${n}`,
      personId: this.person,
      audio: 'recorded',
      ...more,
    }));
  }

  /** Creates a batch and waits for the start of its workflow. */
  async create(body: object): Promise<BatchView> {
    const response = await this.caller.post('/v1/batches', body).expect(202);
    await this.api.app.get(BatchStarter).idle();
    return response.body as BatchView;
  }

  async get(id: string): Promise<BatchView> {
    return (await this.caller.get(`/v1/batches/${id}`).expect(200)).body as BatchView;
  }

  async itemsOf(id: string, query = ''): Promise<BatchItemView[]> {
    const { body } = await this.caller.get(`/v1/batches/${id}/items${query}`).expect(200);
    return (body as { data: BatchItemView[] }).data;
  }

  claim(batch: string, claim: string, limit = 50): Promise<QueuedVideo[]> {
    return this.#bookkeeping.nextItems({ tenant: 'studio', batch, claim, limit });
  }

  /** Publishes the video of an item. */
  async finish(video: string): Promise<void> {
    const { api, person } = this;
    const draft = await (await api.store.scope(person)).create('video');
    await draft.write('video.mp4', `video ${video}`);
    await draft.write('video.json', '{}');
    const result = { video: await draft.commit(), seconds: 2, coreSeconds: 30 };
    await api.bookkeeping.publishVideo({ tenant: 'studio', person, video, result });
  }

  fail(batch: string, video: string): Promise<void> {
    const error = { code: 'INPUT_UNREADABLE', message: 'It is no sound.', hint: 'Look.' } as const;
    return this.#bookkeeping.itemFailed({ tenant: 'studio', batch, video, error });
  }

  /** Ends the workflow of a batch. */
  async end(batch: string, status: 'done' | 'cancelled' = 'done'): Promise<void> {
    await this.#bookkeeping.finishBatch({ tenant: 'studio', batch, status });
    this.api.engine.setEnded(batchWorkflowId(batch));
  }
}
