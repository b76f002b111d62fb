// renderBatch on real servers, with videos that take no time: every item once, isolated failures, bounded history,
// window, cancel.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  batchWorkflowId,
  videoWorkflowId,
  MORE_ITEMS_SIGNAL,
  STATE_QUERY,
  WORKFLOW_QUEUE,
  WORKFLOWS,
  type ArtifactKind,
  type ArtifactRef,
  type BatchState,
  type BatchWindow,
  type Failure,
  type PortraitParts,
  type QueuedVideo,
  type RenderVideoInput,
} from '@portrait/contracts';
import { temporaryDirectory } from '@portrait/testing';
import type { WorkflowHandle } from '@temporalio/client';
import { notSupported, startTestSystem, type TestSystem } from './system.testing.js';

const title = notSupported === null ? 'renderBatch' : `renderBatch (not supported, because ${notSupported})`;
/** So low that a batch of some dozens of items goes on as a new run more than once. */
const SUGGEST_NEW_RUN_AT = 60;

/** What the database holds of a batch, in memory. */
class Items {
  readonly finished: string[] = [];
  readonly failed = new Map<string, Failure>();
  readonly ended: string[] = [];
  #next = 0;
  readonly #claims = new Map<string, QueuedVideo[]>();

  constructor(private readonly items: RenderVideoInput[]) {}

  queue(more: RenderVideoInput[]): void {
    this.items.push(...more);
  }

  serve({ bookkeeping }: TestSystem): void {
    bookkeeping.nextItems = ({ claim, limit }) => {
      const known =
        this.#claims.get(claim) ??
        this.items
          .slice(this.#next, this.#next + limit)
          .map(({ tenant, video }) => ({ tenant, video, batch: 'of a spec' }));
      if (!this.#claims.has(claim)) this.#next += known.length;
      this.#claims.set(claim, known);
      return Promise.resolve(known);
    };
    bookkeeping.videoInput = ({ video }) => Promise.resolve(this.items.find((item) => item.video === video)!);
    bookkeeping.publishVideo = ({ video }) => Promise.resolve(void this.finished.push(video));
    // The first word counts: the video's own comes before the batch's.
    bookkeeping.itemFailed = ({ video, error }) =>
      Promise.resolve(void (this.failed.has(video) || this.failed.set(video, error)));
    bookkeeping.finishBatch = ({ status }) => Promise.resolve(void this.ended.push(status));
  }
}

(notSupported === null ? describe : describe.skip)(title, () => {
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
  let system: TestSystem;
  let parts: PortraitParts;
  beforeAll(async () => {
    folder = await temporaryDirectory();
    system = await startTestSystem({
      slots: 4,
      temporalConfig: { 'limit.historyCount.suggestContinueAsNew': SUGGEST_NEW_RUN_AT },
    });
    const scope = await system.store.scope('p-1');
    const file = join(folder.path, 'file');
    await writeFile(file, 'a file');
    const made = async (kind: ArtifactKind, name: string): Promise<ArtifactRef> => scope.importFile(kind, name, file);
    parts = {
      background: await made('background', 'background.png'),
      poses: await made('poses', 'transforms.json'),
      head: await any('head'),
      torso: await any('torso'),
      landmarks: await any('landmarks'),
      clip: await any('clip'),
    };
  });
  afterAll(async () => {
    await system[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  /** A reference to an artifact nobody reads. */
  const any = (kind: ArtifactKind): Promise<ArtifactRef> =>
    Promise.resolve({ kind, digest: '0'.repeat(64), files: {} });

  async function items(
    batch: string,
    count: number,
    trouble: (i: number) => object | undefined = () => undefined,
  ): Promise<RenderVideoInput[]> {
    const speech = (await any('speech')) as ArtifactRef<'speech'>;
    const consent = (await any('consent')) as ArtifactRef<'consent'>;
    return Array.from({ length: count }, (_, i) => ({
      tenant: 't',
      person: 'p-1',
      video: `${batch}-${i}`,
      batch,
      parts,
      consent,
      speech,
      seed: 100 + i,
      shards: 1,
      onFailure: 'fail',
      timing: { heartbeatSeconds: 10 },
      params: { render: { trouble: trouble(i) } },
    }));
  }

  const start = (batch: string, concurrency: number, window: BatchWindow | null = null): Promise<WorkflowHandle> =>
    system.client.workflow.start(WORKFLOWS.renderBatch, {
      taskQueue: WORKFLOW_QUEUE,
      workflowId: batchWorkflowId(batch),
      args: [{ tenant: 't', batch, window, concurrency, priority: 3 }],
    });

  it('renders every good item once, lists the others with reasons, and bounds the history of each run', async () => {
    const all = await items('b1', 40, (i) =>
      i % 20 === 7 ? { fails: { times: 99, code: 'INPUT_UNREADABLE', message: `Item ${i} is no sound.` } } : undefined,
    );
    const batch = new Items(all);
    batch.serve(system);
    const handle = await start('b1', 4);
    await handle.result();
    expect([...batch.failed]).toEqual([
      ['b1-7', expect.objectContaining({ code: 'INPUT_UNREADABLE', message: 'Item 7 is no sound.' })],
      ['b1-27', expect.objectContaining({ code: 'INPUT_UNREADABLE' })],
    ]);
    expect(batch.finished.sort()).toEqual(
      all
        .map(({ video }) => video)
        .filter((video) => !batch.failed.has(video))
        .sort(),
    );
    expect(batch.ended).toEqual(['done']);
    expect(system.events.at(-1)).toMatchObject({ type: 'batch.completed', batch: 'b1' });

    const lengths: number[] = [];
    for await (const { workflowId, historyLength } of system.client.workflow.list({
      query: `WorkflowType = 'renderBatch'`,
    }))
      if (workflowId === batchWorkflowId('b1')) lengths.push(historyLength!);
    expect(lengths.length).toBeGreaterThan(1);
    // A run may pass the mark by what is under way when it is reached: four videos of some ten events.
    for (const length of lengths) expect(length).toBeLessThan(SUGGEST_NEW_RUN_AT + 60);
  });

  it('begins items that were queued again while it was being finished', async () => {
    const all = await items('b4', 2);
    const again = await items('b5', 1);
    const batch = new Items([...all]);
    batch.serve(system);
    const handle = await start('b4', 2);
    const plain = system.bookkeeping.finishBatch!;
    system.bookkeeping.finishBatch = async (input) => {
      await plain(input);
      if (batch.ended.length > 1) return;
      batch.queue(again);
      await handle.signal(MORE_ITEMS_SIGNAL);
    };
    await handle.result();
    expect(batch.finished.sort()).toEqual([...all, ...again].map(({ video }) => video));
    expect(batch.ended).toEqual(['done', 'done']);
    expect(
      system.events.filter(({ type, batch: of }) => type === 'batch.completed' && of === 'b4').map(({ id }) => id),
    ).toEqual([expect.any(String), expect.any(String)]);
    expect(new Set(system.events.map(({ id }) => id)).size).toBe(system.events.length);
  });

  it('waits for a video of a lost batch that is still stopping, and makes it then', async () => {
    const [left, ...others] = await items('b6', 3);
    const batch = new Items([left!, ...others]);
    batch.serve(system);
    // What the lost batch had under way: the same video, which takes its time to end.
    const slow: RenderVideoInput = { ...left!, params: { render: { trouble: { takes: 4000 } } } };
    const before = await system.client.workflow.start(WORKFLOWS.renderVideo, {
      taskQueue: WORKFLOW_QUEUE,
      workflowId: videoWorkflowId(left!.video),
      args: [slow],
    });
    const handle = await start('b6', 3);
    await before.cancel();
    await handle.result();
    expect([...batch.failed]).toEqual([]);
    expect(new Set(batch.finished)).toEqual(new Set([left!, ...others].map(({ video }) => video)));
  });

  it('pauses when its window closes, lets what is under way end, and says when it goes on', async () => {
    const clock = (at: number): string => new Date(at).toISOString().slice(11, 16);
    // Closes at the next full minute but one, so that there is time to begin.
    const closes = Math.ceil(Date.now() / 60_000 + 0.1) * 60_000;
    const window = { from: clock(closes - 3_600_000), to: clock(closes), timeZone: 'UTC' };
    const batch = new Items(await items('b2', 500, () => ({ takes: 400 })));
    batch.serve(system);
    const handle = await start('b2', 2, window);
    let state: BatchState;
    do {
      await sleep(250);
      state = await handle.query<BatchState>(STATE_QUERY);
    } while (state.status !== 'paused' || state.underWay.length > 0);
    expect(state.until).toBe(new Date(closes - 3_600_000 + 86_400_000).toISOString());
    const done = batch.finished.length;
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(500);
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
    expect(batch.ended).toEqual(['cancelled']);
    expect(batch.finished).toHaveLength(done);
  });

  it('is cancelled with the videos under way', async () => {
    const batch = new Items(await items('b3', 10, () => ({ takes: 86_400_000 })));
    batch.serve(system);
    const handle = await start('b3', 2);
    while ((await handle.query<BatchState>(STATE_QUERY)).underWay.length < 2) await sleep(50);
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
    expect(batch.ended).toEqual(['cancelled']);
    for (const { video } of await items('b3', 2))
      await expect(system.client.workflow.getHandle(`video/${video}`).result()).rejects.toThrow();
    expect(batch.finished).toEqual([]);
  });
});
