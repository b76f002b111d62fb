// How many videos a night the platform itself could pass on: a batch of renders that do no work, through the real orchestrator, Temporal
// and MinIO. Prints one JSON line; figures, not a test.   node tests/dist/bench/batch-load.js --items 10000 --concurrency 20
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { batchWorkflowId, WORKFLOW_QUEUE, WORKFLOWS, type ArtifactKind, type ArtifactRef, type PortraitParts, type RenderVideoInput } from '@portrait/contracts';
import { notSupported, startTestSystem } from '../services/system.testing.js';

const { values } = parseArgs({ options: { items: { type: 'string', default: '10000' }, concurrency: { type: 'string', default: '20' } } });
const count = Number(values.items);
const concurrency = Number(values.concurrency);

const nobodyReads = <K extends ArtifactKind>(kind: K): ArtifactRef<K> => ({ kind, digest: '0'.repeat(64), files: {} });
const parts: PortraitParts = { head: nobodyReads('head'), torso: nobodyReads('torso'), poses: nobodyReads('poses'), landmarks: nobodyReads('landmarks'), background: nobodyReads('background'), clip: nobodyReads('clip') };
const itemOf = (i: number): RenderVideoInput => ({
  tenant: 't', person: 'p-1', video: `v-${i}`, batch: 'load', parts, consent: nobodyReads('consent'), speech: nobodyReads('speech'), params: {}, seed: i, shards: 1, onFailure: 'fail', timing: { heartbeatSeconds: 60 },
});

/** Resident memory of a process, bytes; null where the system does not tell. */
async function residentBytes(pid: number | undefined): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /VmRSS:\s+(\d+)/.exec(status)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

if (notSupported !== null) {
  console.log(`not measured, because ${notSupported}`);
} else {
  await using system = await startTestSystem({ slots: concurrency });
  let next = 0;
  let finished = 0;
  system.bookkeeping.nextItems = ({ limit }) => Promise.resolve(Array.from({ length: Math.min(limit, count - next) }, () => itemOf(next++)));
  system.bookkeeping.publishVideo = () => Promise.resolve(void finished++);
  const orchestrator = system.system.services.find(({ name }) => name === 'orchestrator');
  const memory = new Map<string, number>();
  const began = Date.now();
  const timer = setInterval(() => {
    void Promise.all([['orchestrator', orchestrator?.pid] as const, ['temporal', system.system.temporal.server.pid] as const].map(async ([name, pid]) => memory.set(name, Math.max(memory.get(name) ?? 0, (await residentBytes(pid)) ?? 0))));
    process.stderr.write(`\r${finished} of ${count}, ${(finished / ((Date.now() - began) / 1000)).toFixed(1)} a second `);
  }, 1000);
  const handle = await system.client.workflow.start(WORKFLOWS.renderBatch, { taskQueue: WORKFLOW_QUEUE, workflowId: batchWorkflowId('load'), args: [{ tenant: 't', batch: 'load', window: null, concurrency, priority: 3 }] });
  await handle.result();
  clearInterval(timer);
  const seconds = (Date.now() - began) / 1000;
  let runs = 0;
  let longest = 0;
  for await (const { workflowId, historyLength } of system.client.workflow.list({ query: "WorkflowType = 'renderBatch'" })) {
    if (workflowId !== batchWorkflowId('load')) continue;
    runs++;
    longest = Math.max(longest, historyLength ?? 0);
  }
  console.log(JSON.stringify({ items: count, finished, concurrency, seconds, itemsPerSecond: finished / seconds, runs, longestHistoryEvents: longest, peakBytes: Object.fromEntries(memory) }));
}
