// For specs where Temporal is not the point: remembers what it was told to start, and looks as the spec says.
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
import type { Look, WorkEngine } from '../work/engine.js';

export class ScriptedEngine implements WorkEngine {
  readonly started = new Map<string, { input: unknown; times: number }>();
  readonly looks = new Map<string, Look>();
  readonly calls: string[] = [];
  away = false;

  portrait(person: string): BuildPortraitInput | undefined {
    return this.started.get(portraitWorkflowId(person))?.input as BuildPortraitInput | undefined;
  }

  video(video: string): RenderVideoInput | undefined {
    return this.started.get(videoWorkflowId(video))?.input as RenderVideoInput | undefined;
  }

  /** Nodes as the workflow would tell them. */
  shows(workflowId: string, nodes: Partial<Record<StageName, Partial<NodeState>>>, beats: Look['beats'] = {}): void {
    const states = Object.entries(nodes).map(([node, state]) => ({
      node,
      stage: node as StageName,
      status: 'waiting' as const,
      attempt: 0,
      ...state,
    }));
    this.looks.set(workflowId, {
      running: true,
      state: { status: states.some(({ status }) => status === 'parked') ? 'parked' : 'running', nodes: states },
      beats,
    });
  }

  ended(workflowId: string): void {
    this.looks.set(workflowId, { running: false, state: null, beats: {} });
  }

  async #start(workflowId: string, input: unknown, again = false): Promise<void> {
    this.#requireHere();
    const known = this.started.get(workflowId);
    if (known !== undefined && !again) return;
    if (again && this.looks.get(workflowId)?.running)
      throw new PortraitError('CONFLICT', 'It is still running, or still stopping.');
    this.started.set(workflowId, { input, times: (known?.times ?? 0) + 1 });
    this.looks.set(workflowId, { running: true, state: null, beats: {} });
  }

  startPortrait(input: BuildPortraitInput, again?: boolean): Promise<void> {
    return this.#start(portraitWorkflowId(input.person), structuredClone(input), again);
  }

  startVideo(input: RenderVideoInput): Promise<void> {
    return this.#start(videoWorkflowId(input.video), structuredClone(input));
  }

  /** Said again it only looks for items, as the signal does. */
  async startBatch(input: RenderBatchInput): Promise<void> {
    const workflowId = batchWorkflowId(input.batch);
    if (!this.looks.get(workflowId)?.running) await this.#start(workflowId, structuredClone(input), true);
    this.#requireHere();
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
    this.#requireHere();
    this.calls.push(`cancel ${workflowId}`);
    return this.started.has(workflowId);
  }

  async look(workflowId: string): Promise<Look | null> {
    this.#requireHere();
    return this.looks.get(workflowId) ?? null;
  }

  async forget(workflowIds: readonly string[]): Promise<void> {
    for (const workflowId of workflowIds) {
      this.calls.push(`forget ${workflowId}`);
      this.looks.delete(workflowId);
    }
  }

  async ping(): Promise<void> {
    this.#requireHere();
  }

  #requireParked(workflowId: string, stage: string): void {
    this.#requireHere();
    const state = this.looks.get(workflowId)?.state?.nodes.find(({ node }) => node === stage);
    if (state?.status !== 'parked')
      throw new PortraitError(
        'CONFLICT',
        `${stage} is ${state?.status ?? 'not there'}; only a parked stage can be retried or skipped.`,
      );
  }

  #requireHere(): void {
    if (this.away) throw new PortraitError('SERVER_UNREACHABLE', 'Temporal does not answer at 10.0.0.8:7233.');
  }
}
