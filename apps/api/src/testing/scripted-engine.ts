// Test support: a work engine that records its calls and returns snapshots set by the spec.
import {
  batchWorkflowId,
  PortraitError,
  portraitWorkflowId,
  videoWorkflowId,
  eraseWorkflowId,
  type BuildPortraitInput,
  type ErasePersonInput,
  type NodeState,
  type RenderBatchInput,
  type RenderVideoInput,
  type RetryStageInput,
  type StageName,
} from '@portrait/contracts';
import type { WorkSnapshot, WorkEngine } from '../work/engine.js';

export class ScriptedEngine implements WorkEngine {
  readonly started = new Map<string, { input: unknown; times: number }>();
  readonly snapshots = new Map<string, WorkSnapshot>();
  readonly calls: string[] = [];
  unreachable = false;

  portrait(person: string): BuildPortraitInput | undefined {
    return this.started.get(portraitWorkflowId(person))?.input as BuildPortraitInput | undefined;
  }

  video(video: string): RenderVideoInput | undefined {
    return this.started.get(videoWorkflowId(video))?.input as RenderVideoInput | undefined;
  }

  /** Sets the node states a workflow reports. */
  setNodes(
    workflowId: string,
    nodes: Partial<Record<StageName, Partial<NodeState>>>,
    beats: WorkSnapshot['beats'] = {},
  ): void {
    const states = Object.entries(nodes).map(([node, state]) => ({
      node,
      stage: node as StageName,
      status: 'waiting' as const,
      attempt: 0,
      ...state,
    }));
    this.snapshots.set(workflowId, {
      running: true,
      state: { status: states.some(({ status }) => status === 'parked') ? 'parked' : 'running', nodes: states },
      beats,
    });
  }

  setEnded(workflowId: string): void {
    this.snapshots.set(workflowId, { running: false, state: null, beats: {} });
  }

  async #start(workflowId: string, input: unknown, again = false): Promise<void> {
    this.#requireReachable();
    const known = this.started.get(workflowId);
    if (known !== undefined && !again) return;
    if (again && this.snapshots.get(workflowId)?.running)
      throw new PortraitError('CONFLICT', 'It is still running or stopping.');
    this.started.set(workflowId, { input, times: (known?.times ?? 0) + 1 });
    this.snapshots.set(workflowId, { running: true, state: null, beats: {} });
  }

  startPortrait(input: BuildPortraitInput, again?: boolean): Promise<void> {
    return this.#start(portraitWorkflowId(input.person), structuredClone(input), again);
  }

  startVideo(input: RenderVideoInput): Promise<void> {
    return this.#start(videoWorkflowId(input.video), structuredClone(input));
  }

  /** A repeated call only signals the running batch. */
  async startBatch(input: RenderBatchInput): Promise<void> {
    const workflowId = batchWorkflowId(input.batch);
    if (!this.snapshots.get(workflowId)?.running) await this.#start(workflowId, structuredClone(input), true);
    this.#requireReachable();
    this.calls.push(`batch ${input.batch}`);
  }

  startErase(input: ErasePersonInput): Promise<void> {
    return this.#start(eraseWorkflowId(input.erasure), input);
  }

  async retryStage(workflowId: string, { stage, params }: RetryStageInput): Promise<void> {
    this.#requireParked(workflowId, stage);
    this.calls.push(`retry ${workflowId} ${stage} ${JSON.stringify(params ?? null)}`);
  }

  async skipStage(workflowId: string, { stage }: { stage: string }): Promise<void> {
    this.#requireParked(workflowId, stage);
    this.calls.push(`skip ${workflowId} ${stage}`);
  }

  async cancel(workflowId: string): Promise<boolean> {
    this.#requireReachable();
    this.calls.push(`cancel ${workflowId}`);
    return this.started.has(workflowId);
  }

  async describe(workflowId: string): Promise<WorkSnapshot | null> {
    this.#requireReachable();
    return this.snapshots.get(workflowId) ?? null;
  }

  async deleteHistories(workflowIds: readonly string[]): Promise<void> {
    for (const workflowId of workflowIds) {
      this.calls.push(`forget ${workflowId}`);
      this.snapshots.delete(workflowId);
    }
  }

  async ping(): Promise<void> {
    this.#requireReachable();
  }

  #requireParked(workflowId: string, stage: string): void {
    this.#requireReachable();
    const state = this.snapshots.get(workflowId)?.state?.nodes.find(({ node }) => node === stage);
    if (state?.status !== 'parked')
      throw new PortraitError(
        'CONFLICT',
        `${stage} is ${state?.status ?? 'missing'}; only a parked stage can be retried or skipped.`,
      );
  }

  #requireReachable(): void {
    if (this.unreachable) throw new PortraitError('SERVER_UNREACHABLE', 'Temporal does not answer at 10.0.0.8:7233.');
  }
}
